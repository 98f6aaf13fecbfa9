/** Tokens of code hosts, package registries and build services. Lengths are those the issuers document. */
import { looksRandom, type Rule, token, word } from '../rule.ts';

/** What gitlab calls its tokens: personal, deploy, runner, trigger, job, feed, mail, agent, scim, oauth, flag. */
const GITLAB = 'glpat- gldt- glrt- glptt- glcbt- glft- glimt- glagent- glsoat- gloas- glffct- glwt-';

export const CODE_HOST_RULES: readonly Rule[] = [
  token(
    'github-token',
    'access_token',
    'ghp_ gho_ ghu_ ghs_ ghr_',
    /gh[pousr]_(?:[A-Za-z0-9]{36,255}|[0-9]{1,16}_eyJ[A-Za-z0-9_.-]{36,4096})/,
  ),
  token('github-fine-grained', 'access_token', 'github_pat_', /github_pat_[A-Za-z0-9_]{36,255}/),
  token(
    'gitlab-token',
    'access_token',
    GITLAB,
    /gl[a-z]{2,5}-[A-Za-z0-9_-]{20,300}(?:\.[A-Za-z0-9_-]{2,64}){0,3}/,
    looksRandom,
  ),
  token('gitlab-runner', 'access_token', 'gr1348941', /GR1348941[A-Za-z0-9_-]{20,64}/, looksRandom),
  token('gitlab-session', 'access_token', '_gitlab_session=', /_gitlab_session=([0-9a-z]{32})/),
  word('bitbucket-app-password', 'access_token', 'atbb', /ATBB[A-Za-z0-9]{24,40}/),
  token('bitbucket-token', 'access_token', 'atctt3', /ATCTT3[A-Za-z0-9_=-]{100,400}/),
  word('npm-token', 'access_token', 'npm_', /npm_[A-Za-z0-9]{36}/),
  token('pypi-token', 'access_token', 'pypi-ag', /pypi-Ag[A-Za-z0-9_-]{40,1024}/),
  token('rubygems-key', 'api_key', 'rubygems_', /rubygems_[a-f0-9]{48}/),
  word('nuget-key', 'api_key', 'oy2', /oy2[a-z0-9]{43}/, looksRandom),
  token('clojars-token', 'access_token', 'clojars_', /CLOJARS_[a-z0-9]{60}/i, looksRandom),
  word('cargo-token', 'access_token', 'cio', /cio[A-Za-z0-9]{32}/, looksRandom),
  word('open-vsx-token', 'access_token', 'ovsxat_ ovsxp_', /ovsx(?:at|p)_[A-Za-z0-9_-]{36,80}/),
  token('dockerhub-token', 'access_token', 'dckr_pat_ dckr_oat_', /dckr_[po]at_[A-Za-z0-9_-]{24,64}/),
  word('artifactory-key', 'api_key', 'akcp', /AKCp[A-Za-z0-9]{69}/, looksRandom),
  word('artifactory-reference', 'access_token', 'cmvmd', /cmVmd[A-Za-z0-9]{59}/, looksRandom),
  word(
    'circleci-token',
    'access_token',
    'ccipat_ ccipra_ cciprj_',
    /CCI(?:PAT|PRA|PRJ)_[A-Za-z0-9]{22}_[a-f0-9]{40}/i,
  ),
  word('buildkite-token', 'access_token', 'bkua_ bkct_ bkaj_', /bk(?:ua|ct|aj)_[A-Za-z0-9]{40,64}/),
  word(
    'harness-token',
    'access_token',
    'pat. sat.',
    /[ps]at\.[A-Za-z0-9_-]{22}\.[A-Za-z0-9]{24}\.[A-Za-z0-9]{20}/,
  ),
  word(
    'octopus-deploy-key',
    'api_key',
    'api-',
    /API-[A-Z0-9]{26}/,
    (secret) => looksRandom(secret) && /[0-9]/.test(secret),
  ),
  word('prefect-token', 'access_token', 'pnu_ pnb_', /pn[ub]_[A-Za-z0-9]{36}/),
  word('scalingo-token', 'access_token', 'tk-us-', /tk-us-[A-Za-z0-9_-]{48}/),
  word('infracost-token', 'access_token', 'ico-', /ico-[A-Za-z0-9]{32}/, looksRandom),
  word('sonar-token', 'access_token', 'sqa_ sqp_ squ_', /sq[apu]_[a-z0-9]{40}/),
  word(
    'sourcegraph-token',
    'access_token',
    'sgp_ sgd_ slk_',
    /s(?:gp|gd|lk)_(?:(?:[a-fA-F0-9]{16}|local)_)?[a-fA-F0-9]{40,64}/,
    looksRandom,
  ),
  word(
    'codecov-upload',
    'access_token',
    'codecov_token',
    /codecov_token["' ]{0,3}[=:]["' ]{0,3}([0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})/i,
  ),
  token(
    'terraform-cloud-token',
    'access_token',
    '.atlasv1.',
    /(?<=(?<from>[A-Za-z0-9]{14}))\.atlasv1\.[A-Za-z0-9_=-]{60,70}/,
  ),
  word('deno-token', 'access_token', 'ddp_ ddw_', /dd[pw]_[A-Za-z0-9]{36}/),
  word('readme-key', 'api_key', 'rdme_', /rdme_[a-z0-9]{70}/),
  word('snyk-token', 'access_token', 'snyk_', /snyk_(?:uat|sat)\.[a-z0-9]{8}\.[A-Za-z0-9_=-]{60,600}/),
];
