/**
 * Keys and tokens whose issuers gave them a recognisable shape. Prefixes and lengths are those the issuers
 * document; upper bounds keep every match short. One line a shape: add here.
 */
import type { Kind } from '../contract.ts';
import { entropyOf, type Rule, shape } from './rule.ts';

/** Words of documentation that stand where a key would. */
const SAMPLE = /example|placeholder|your[-_]?|redacted|dummy|changeme|x{8}|\*{4}|\.{3}|<|\$\{/i;

/** Looks drawn at random: not a sample, has a digit and at least three bits a character. */
function looksRandom(secret: string): boolean {
  return /[0-9]/.test(secret) && !SAMPLE.test(secret) && entropyOf(secret) >= 3;
}

/** A token that its own shape gives away, wherever it stands. */
function token(
  name: string,
  kind: Kind,
  anchors: readonly string[],
  pattern: RegExp,
  accept?: (secret: string) => boolean,
): Rule {
  return shape(
    name,
    kind,
    anchors,
    pattern,
    accept === undefined ? { certain: true } : { certain: true, accept },
  );
}

const GIT_HOSTS: readonly Rule[] = [
  token(
    'github-token',
    'access_token',
    ['ghp_', 'gho_', 'ghu_', 'ghs_', 'ghr_'],
    /gh[pousr]_[A-Za-z0-9]{30,255}/,
  ),
  token('github-fine-grained', 'access_token', ['github_pat_'], /github_pat_[A-Za-z0-9_]{36,255}/),
  token(
    'gitlab-token',
    'access_token',
    ['glpat-', 'gldt-', 'glrt-', 'glptt-', 'glcbt-', 'glft-', 'glimt-', 'glagent-', 'glsoat-', 'gloas-'],
    /gl[a-z]{2,5}-[A-Za-z0-9_-]{20,255}(?:\.[A-Za-z0-9_-]{2,64}){0,3}/,
    looksRandom,
  ),
  token('gitlab-runner', 'access_token', ['gr1348941'], /GR1348941[A-Za-z0-9_-]{20,64}/),
  token(
    'bitbucket-app-password',
    'access_token',
    ['atbb'],
    /(?<![A-Za-z0-9])ATBB[A-Za-z0-9]{24,40}(?![A-Za-z0-9])/,
  ),
];

const MODEL_PROVIDERS: readonly Rule[] = [
  token('anthropic-key', 'api_key', ['sk-ant-'], /sk-ant-[A-Za-z0-9_-]{20,255}/, looksRandom),
  token(
    'openai-key',
    'api_key',
    ['sk-proj-', 'sk-svcacct-', 'sk-admin-'],
    /sk-[a-z]{4,8}-[A-Za-z0-9_-]{20,255}/,
    looksRandom,
  ),
  token(
    'sk-key',
    'api_key',
    ['sk-'],
    /(?<![A-Za-z0-9_-])sk-(?:[a-z0-9]{2,8}-){0,2}[A-Za-z0-9]{20,128}(?![A-Za-z0-9])/,
    looksRandom,
  ),
  token(
    'huggingface-token',
    'access_token',
    ['hf_', 'api_org_'],
    /(?<![A-Za-z0-9])(?:hf|api_org)_[A-Za-z0-9]{30,64}/,
  ),
  token('groq-key', 'api_key', ['gsk_'], /(?<![A-Za-z0-9])gsk_[A-Za-z0-9]{40,80}/),
  token('xai-key', 'api_key', ['xai-'], /(?<![A-Za-z0-9])xai-[A-Za-z0-9]{60,120}/),
  token('perplexity-key', 'api_key', ['pplx-'], /(?<![A-Za-z0-9])pplx-[A-Za-z0-9]{32,80}/),
  token('replicate-token', 'api_key', ['r8_'], /(?<![A-Za-z0-9])r8_[A-Za-z0-9]{37}(?![A-Za-z0-9])/),
];

const CLOUDS: readonly Rule[] = [
  token(
    'aws-access-key',
    'access_key',
    ['akia', 'asia', 'abia', 'acca'],
    /(?<![A-Za-z0-9])(?:AKIA|ASIA|ABIA|ACCA)[A-Z0-9]{16}(?![A-Za-z0-9])/,
    (secret) => !secret.endsWith('EXAMPLE'),
  ),
  shape(
    'aws-secret-key',
    'access_key',
    ['secret_access_key', 'secretaccesskey', 'aws_secret_key', 'aws_secret'],
    /[A-Za-z_]{3,30}["'\\]{0,6}[ \t]{0,4}(?:=>|:=|[=:,])[ \t]{0,4}["'\\]{0,6}([A-Za-z0-9+/]{40})(?![A-Za-z0-9+/=])/,
    { accept: (secret) => entropyOf(secret) > 3.5 },
  ),
  token('google-api-key', 'api_key', ['aiza'], /(?<![A-Za-z0-9])AIza[A-Za-z0-9_-]{35}(?![A-Za-z0-9_-])/),
  token('google-client-secret', 'api_key', ['gocspx-'], /GOCSPX-[A-Za-z0-9_-]{24,40}/),
  token('google-oauth-token', 'access_token', ['ya29.'], /(?<![A-Za-z0-9])ya29\.[A-Za-z0-9_.-]{20,1024}/),
  token('digitalocean-token', 'access_token', ['dop_v1_', 'doo_v1_', 'dor_v1_'], /do[opr]_v1_[a-f0-9]{64}/),
  shape('azure-storage-key', 'access_key', ['accountkey='], /AccountKey=([A-Za-z0-9+/]{80,90}={0,2})/),
  token(
    'azure-client-secret',
    'api_key',
    ['8q~', '7q~'],
    /(?<=[A-Za-z0-9_~.-]{3})[78]Q~[A-Za-z0-9_~.-]{31,34}/,
    looksRandom,
  ),
  token(
    'databricks-token',
    'access_token',
    ['dapi'],
    /(?<![A-Za-z0-9])dapi[a-f0-9]{32}(?:-[0-9])?(?![A-Za-z0-9])/,
  ),
  token(
    'fly-token',
    'access_token',
    ['fm1_', 'fm2_', 'fo1_'],
    /(?<![A-Za-z0-9])f(?:m[12]|o1)_[A-Za-z0-9_+/=,-]{40,2048}/,
  ),
  token(
    'vercel-token',
    'access_token',
    ['vcp_', 'vci_', 'vca_', 'vcr_', 'vck_'],
    /(?<![A-Za-z0-9])vc[piark]_[A-Za-z0-9]{24,80}/,
    looksRandom,
  ),
  token('heroku-key', 'api_key', ['hrku-'], /HRKU-[A-Za-z0-9_-]{36,80}/),
  token(
    'supabase-token',
    'access_token',
    ['sbp_', 'sb_secret_'],
    /(?<![A-Za-z0-9])sb(?:p|_secret)_[A-Za-z0-9_-]{30,64}/,
    looksRandom,
  ),
  token('planetscale-token', 'access_token', ['pscale_'], /pscale_(?:tkn|pw|oauth)_[A-Za-z0-9=._-]{32,64}/),
];

const SERVICES: readonly Rule[] = [
  token(
    'slack-token',
    'access_token',
    ['xoxa-', 'xoxb-', 'xoxc-', 'xoxd-', 'xoxe-', 'xoxo-', 'xoxp-', 'xoxr-', 'xoxs-', 'xoxe.', 'xapp-'],
    /x(?:ox[abcdeoprs]|app)[.-][A-Za-z0-9.%-]{8,400}/,
    looksRandom,
  ),
  token(
    'slack-webhook',
    'webhook',
    ['hooks.slack.com'],
    /hooks\.slack\.com\/(?:services|workflows|triggers)\/([A-Za-z0-9+/]{20,100})/,
  ),
  token(
    'discord-webhook',
    'webhook',
    ['/api/webhooks/'],
    /\/api\/webhooks\/([0-9]{15,22}\/[A-Za-z0-9_-]{40,100})/,
  ),
  token(
    'stripe-key',
    'api_key',
    ['sk_live_', 'sk_test_', 'rk_live_', 'rk_test_', 'sk_prod_', 'rk_prod_'],
    /[sr]k_(?:live|test|prod)_[A-Za-z0-9]{10,255}/,
  ),
  token('stripe-webhook-secret', 'webhook', ['whsec_'], /whsec_[A-Za-z0-9+/=]{24,80}/),
  token('npm-token', 'access_token', ['npm_'], /(?<![A-Za-z0-9])npm_[A-Za-z0-9]{36}(?![A-Za-z0-9])/),
  token('pypi-token', 'access_token', ['pypi-ag'], /pypi-Ag[A-Za-z0-9_-]{40,1024}/),
  token('rubygems-key', 'api_key', ['rubygems_'], /rubygems_[a-f0-9]{48}/),
  token('sendgrid-key', 'api_key', ['sg.'], /(?<![A-Za-z0-9])SG\.[A-Za-z0-9_-]{16,32}\.[A-Za-z0-9_-]{16,64}/),
  token(
    'shopify-token',
    'access_token',
    ['shpat_', 'shpca_', 'shppa_', 'shpss_'],
    /shp(?:at|ca|pa|ss)_[A-Fa-f0-9]{32}/,
  ),
  token(
    'vault-token',
    'access_token',
    ['hvs.', 'hvb.', 'hvr.'],
    /(?<![A-Za-z0-9])hv[sbr]\.[A-Za-z0-9_-]{24,300}/,
  ),
  token(
    'doppler-token',
    'access_token',
    ['dp.'],
    /(?<![A-Za-z0-9])dp\.(?:pt|st|ct|sa|scim|audit)\.(?:[a-z0-9_-]{2,35}\.)?[A-Za-z0-9]{40,44}/,
  ),
  token('linear-key', 'api_key', ['lin_api_'], /lin_api_[A-Za-z0-9]{32,48}/),
  token(
    'notion-token',
    'access_token',
    ['ntn_', 'secret_'],
    /(?<![A-Za-z0-9_])(?:ntn|secret)_[A-Za-z0-9]{40,50}(?![A-Za-z0-9_])/,
    looksRandom,
  ),
  token('postman-key', 'api_key', ['pmak-'], /PMAK-[A-Fa-f0-9]{24}-[A-Fa-f0-9]{34}/),
  token('pulumi-token', 'access_token', ['pul-'], /(?<![A-Za-z0-9])pul-[a-f0-9]{40}(?![A-Za-z0-9])/),
  token(
    'grafana-token',
    'access_token',
    ['glc_', 'glsa_'],
    /(?<![A-Za-z0-9])gl(?:c|sa)_[A-Za-z0-9+/_=]{32,400}/,
    looksRandom,
  ),
  token(
    'newrelic-key',
    'api_key',
    ['nrak-', 'nrii-', 'nrjs-'],
    /NR(?:AK|II|JS)-[A-Za-z0-9]{19,40}/,
    looksRandom,
  ),
  token('figma-token', 'access_token', ['figd_'], /figd_[A-Za-z0-9_-]{38,60}/, looksRandom),
  token(
    'telegram-bot-token',
    'access_token',
    [':aa'],
    /(?<=(?<![0-9])[0-9]{8,10}):AA[A-Za-z0-9_-]{33}(?![A-Za-z0-9_-])/,
    looksRandom,
  ),
  token(
    'twilio-key',
    'api_key',
    [
      'sk0',
      'sk1',
      'sk2',
      'sk3',
      'sk4',
      'sk5',
      'sk6',
      'sk7',
      'sk8',
      'sk9',
      'ska',
      'skb',
      'skc',
      'skd',
      'ske',
      'skf',
    ],
    /(?<![A-Za-z0-9])SK[0-9a-f]{32}(?![A-Za-z0-9])/,
    looksRandom,
  ),
  token('dockerhub-token', 'access_token', ['dckr_pat_', 'dckr_oat_'], /dckr_[po]at_[A-Za-z0-9_-]{24,64}/),
  token(
    'sentry-token',
    'access_token',
    ['sntrys_', 'sntryu_'],
    /sntry(?:s_eyJ[A-Za-z0-9+/=_-]{40,400}|u_[a-f0-9]{64})/,
  ),
  token('age-secret-key', 'private_key', ['age-secret-key-1'], /AGE-SECRET-KEY-1[A-Z0-9]{58}/),
  token('1password-token', 'access_token', ['ops_eyj'], /ops_eyJ[A-Za-z0-9+/_-]{200,4096}={0,3}/),
  token('atlassian-token', 'access_token', ['atatt3'], /ATATT3[A-Za-z0-9_=-]{100,400}/),
];

export const PROVIDER_RULES: readonly Rule[] = [...GIT_HOSTS, ...MODEL_PROVIDERS, ...CLOUDS, ...SERVICES];
