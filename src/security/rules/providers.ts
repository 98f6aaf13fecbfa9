/**
 * Keys and tokens whose issuers gave them a recognisable shape. Prefixes and lengths are those the issuers
 * document; upper bounds keep every match short. One line a shape: add here.
 */
import { entropyOf, type Rule, shape } from './rule.ts';

const certain = { certain: true };

/** Words of documentation that stand where a key would. */
const SAMPLE = /example|placeholder|your[-_]?|redacted|dummy|changeme|x{8}|\*{4}|\.{3}|<|\$\{/i;

/** Looks drawn at random: not a sample, has a digit and at least three bits a character. */
function looksRandom(secret: string): boolean {
  return /[0-9]/.test(secret) && !SAMPLE.test(secret) && entropyOf(secret) >= 3;
}

const random = { accept: looksRandom };
const certainRandom = { certain: true, accept: looksRandom };

const GIT_HOSTS: readonly Rule[] = [
  shape(
    'github-token',
    'access_token',
    ['ghp_', 'gho_', 'ghu_', 'ghs_', 'ghr_'],
    /gh[pousr]_[A-Za-z0-9]{30,255}/,
    certain,
  ),
  shape('github-fine-grained', 'access_token', ['github_pat_'], /github_pat_[A-Za-z0-9_]{36,255}/, certain),
  shape(
    'gitlab-token',
    'access_token',
    ['glpat-', 'gldt-', 'glrt-', 'glptt-', 'glcbt-', 'glft-', 'glimt-', 'glagent-', 'glsoat-', 'gloas-'],
    /gl[a-z]{2,5}-[A-Za-z0-9_-]{20,255}(?:\.[A-Za-z0-9_-]{2,64}){0,3}/,
    certainRandom,
  ),
  shape('gitlab-runner', 'access_token', ['gr1348941'], /GR1348941[A-Za-z0-9_-]{20,64}/, certain),
  shape(
    'bitbucket-app-password',
    'access_token',
    ['atbb'],
    /(?<![A-Za-z0-9])ATBB[A-Za-z0-9]{24,40}(?![A-Za-z0-9])/,
  ),
];

const MODEL_PROVIDERS: readonly Rule[] = [
  shape('anthropic-key', 'api_key', ['sk-ant-'], /sk-ant-[A-Za-z0-9_-]{20,255}/, certainRandom),
  shape(
    'openai-key',
    'api_key',
    ['sk-proj-', 'sk-svcacct-', 'sk-admin-'],
    /sk-[a-z]{4,8}-[A-Za-z0-9_-]{20,255}/,
    certainRandom,
  ),
  shape(
    'sk-key',
    'api_key',
    ['sk-'],
    /(?<![A-Za-z0-9_-])sk-(?:[a-z0-9]{2,8}-){0,2}[A-Za-z0-9]{20,128}(?![A-Za-z0-9])/,
    random,
  ),
  shape(
    'huggingface-token',
    'access_token',
    ['hf_', 'api_org_'],
    /(?<![A-Za-z0-9])(?:hf|api_org)_[A-Za-z0-9]{30,64}/,
  ),
  shape('groq-key', 'api_key', ['gsk_'], /(?<![A-Za-z0-9])gsk_[A-Za-z0-9]{40,80}/, certain),
  shape('xai-key', 'api_key', ['xai-'], /(?<![A-Za-z0-9])xai-[A-Za-z0-9]{60,120}/, certain),
  shape('perplexity-key', 'api_key', ['pplx-'], /(?<![A-Za-z0-9])pplx-[A-Za-z0-9]{32,80}/, certain),
  shape('replicate-token', 'api_key', ['r8_'], /(?<![A-Za-z0-9])r8_[A-Za-z0-9]{37}(?![A-Za-z0-9])/, certain),
];

const CLOUDS: readonly Rule[] = [
  shape(
    'aws-access-key',
    'access_key',
    ['akia', 'asia', 'abia', 'acca'],
    /(?<![A-Za-z0-9])(?:AKIA|ASIA|ABIA|ACCA)[A-Z0-9]{16}(?![A-Za-z0-9])/,
    { certain: true, accept: (secret) => !secret.endsWith('EXAMPLE') },
  ),
  shape(
    'aws-secret-key',
    'access_key',
    ['secret_access_key', 'secretaccesskey', 'aws_secret_key', 'aws_secret'],
    /[A-Za-z_]{3,30}["'\\]{0,6}[ \t]{0,4}(?:=>|:=|[=:,])[ \t]{0,4}["'\\]{0,6}([A-Za-z0-9+/]{40})(?![A-Za-z0-9+/=])/,
    { accept: (secret) => entropyOf(secret) > 3.5 },
  ),
  shape(
    'google-api-key',
    'api_key',
    ['aiza'],
    /(?<![A-Za-z0-9])AIza[A-Za-z0-9_-]{35}(?![A-Za-z0-9_-])/,
    certain,
  ),
  shape('google-client-secret', 'api_key', ['gocspx-'], /GOCSPX-[A-Za-z0-9_-]{24,40}/, certain),
  shape(
    'google-oauth-token',
    'access_token',
    ['ya29.'],
    /(?<![A-Za-z0-9])ya29\.[A-Za-z0-9_.-]{20,1024}/,
    certain,
  ),
  shape(
    'digitalocean-token',
    'access_token',
    ['dop_v1_', 'doo_v1_', 'dor_v1_'],
    /do[opr]_v1_[a-f0-9]{64}/,
    certain,
  ),
  shape('azure-storage-key', 'access_key', ['accountkey='], /AccountKey=([A-Za-z0-9+/]{80,90}={0,2})/),
  shape(
    'azure-client-secret',
    'api_key',
    ['8q~', '7q~'],
    /(?<=[A-Za-z0-9_~.-]{3})[78]Q~[A-Za-z0-9_~.-]{31,34}/,
    random,
  ),
  shape(
    'databricks-token',
    'access_token',
    ['dapi'],
    /(?<![A-Za-z0-9])dapi[a-f0-9]{32}(?:-[0-9])?(?![A-Za-z0-9])/,
    certain,
  ),
  shape(
    'fly-token',
    'access_token',
    ['fm1_', 'fm2_', 'fo1_'],
    /(?<![A-Za-z0-9])f(?:m[12]|o1)_[A-Za-z0-9_+/=,-]{40,2048}/,
  ),
  shape(
    'vercel-token',
    'access_token',
    ['vcp_', 'vci_', 'vca_', 'vcr_', 'vck_'],
    /(?<![A-Za-z0-9])vc[piark]_[A-Za-z0-9]{24,80}/,
    random,
  ),
  shape('heroku-key', 'api_key', ['hrku-'], /HRKU-[A-Za-z0-9_-]{36,80}/, certain),
  shape(
    'supabase-token',
    'access_token',
    ['sbp_', 'sb_secret_'],
    /(?<![A-Za-z0-9])sb(?:p|_secret)_[A-Za-z0-9_-]{30,64}/,
    random,
  ),
  shape(
    'planetscale-token',
    'access_token',
    ['pscale_'],
    /pscale_(?:tkn|pw|oauth)_[A-Za-z0-9=._-]{32,64}/,
    certain,
  ),
];

const SERVICES: readonly Rule[] = [
  shape(
    'slack-token',
    'access_token',
    ['xoxa-', 'xoxb-', 'xoxc-', 'xoxd-', 'xoxe-', 'xoxo-', 'xoxp-', 'xoxr-', 'xoxs-', 'xoxe.', 'xapp-'],
    /x(?:ox[abcdeoprs]|app)[.-][A-Za-z0-9.%-]{10,400}/,
    certainRandom,
  ),
  shape(
    'slack-webhook',
    'webhook',
    ['hooks.slack.com'],
    /hooks\.slack\.com\/(?:services|workflows|triggers)\/([A-Za-z0-9+/]{20,100})/,
  ),
  shape(
    'discord-webhook',
    'webhook',
    ['/api/webhooks/'],
    /\/api\/webhooks\/([0-9]{15,22}\/[A-Za-z0-9_-]{40,100})/,
  ),
  shape(
    'stripe-key',
    'api_key',
    ['sk_live_', 'sk_test_', 'rk_live_', 'rk_test_', 'sk_prod_', 'rk_prod_'],
    /[sr]k_(?:live|test|prod)_[A-Za-z0-9]{10,255}/,
    certain,
  ),
  shape('stripe-webhook-secret', 'webhook', ['whsec_'], /whsec_[A-Za-z0-9+/=]{24,80}/, certain),
  shape('npm-token', 'access_token', ['npm_'], /(?<![A-Za-z0-9])npm_[A-Za-z0-9]{36}(?![A-Za-z0-9])/, certain),
  shape('pypi-token', 'access_token', ['pypi-ag'], /pypi-Ag[A-Za-z0-9_-]{40,1024}/, certain),
  shape('rubygems-key', 'api_key', ['rubygems_'], /rubygems_[a-f0-9]{48}/, certain),
  shape(
    'sendgrid-key',
    'api_key',
    ['sg.'],
    /(?<![A-Za-z0-9])SG\.[A-Za-z0-9_-]{16,32}\.[A-Za-z0-9_-]{16,64}/,
    certain,
  ),
  shape(
    'shopify-token',
    'access_token',
    ['shpat_', 'shpca_', 'shppa_', 'shpss_'],
    /shp(?:at|ca|pa|ss)_[A-Fa-f0-9]{32}/,
    certain,
  ),
  shape(
    'vault-token',
    'access_token',
    ['hvs.', 'hvb.', 'hvr.'],
    /(?<![A-Za-z0-9])hv[sbr]\.[A-Za-z0-9_-]{24,300}/,
    certain,
  ),
  shape(
    'doppler-token',
    'access_token',
    ['dp.'],
    /(?<![A-Za-z0-9])dp\.(?:pt|st|ct|sa|scim|audit)\.(?:[a-z0-9_-]{2,35}\.)?[A-Za-z0-9]{40,44}/,
    certain,
  ),
  shape('linear-key', 'api_key', ['lin_api_'], /lin_api_[A-Za-z0-9]{32,48}/, certain),
  shape(
    'notion-token',
    'access_token',
    ['ntn_', 'secret_'],
    /(?<![A-Za-z0-9_])(?:ntn|secret)_[A-Za-z0-9]{40,50}(?![A-Za-z0-9_])/,
    random,
  ),
  shape('postman-key', 'api_key', ['pmak-'], /PMAK-[A-Fa-f0-9]{24}-[A-Fa-f0-9]{34}/, certain),
  shape('pulumi-token', 'access_token', ['pul-'], /(?<![A-Za-z0-9])pul-[a-f0-9]{40}(?![A-Za-z0-9])/, certain),
  shape(
    'grafana-token',
    'access_token',
    ['glc_', 'glsa_'],
    /(?<![A-Za-z0-9])gl(?:c|sa)_[A-Za-z0-9+/_=]{32,400}/,
    random,
  ),
  shape('newrelic-key', 'api_key', ['nrak-', 'nrii-', 'nrjs-'], /NR(?:AK|II|JS)-[A-Za-z0-9]{19,40}/, random),
  shape('figma-token', 'access_token', ['figd_'], /figd_[A-Za-z0-9_-]{38,60}/, random),
  shape(
    'telegram-bot-token',
    'access_token',
    [':aa'],
    /(?<=(?<![0-9])[0-9]{8,10}):AA[A-Za-z0-9_-]{33}(?![A-Za-z0-9_-])/,
    random,
  ),
  shape(
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
    random,
  ),
  shape(
    'dockerhub-token',
    'access_token',
    ['dckr_pat_', 'dckr_oat_'],
    /dckr_[po]at_[A-Za-z0-9_-]{24,64}/,
    certain,
  ),
  shape(
    'sentry-token',
    'access_token',
    ['sntrys_', 'sntryu_'],
    /sntry(?:s_eyJ[A-Za-z0-9+/=_-]{40,400}|u_[a-f0-9]{64})/,
    certain,
  ),
  shape('age-secret-key', 'private_key', ['age-secret-key-1'], /AGE-SECRET-KEY-1[A-Z0-9]{58}/, certain),
  shape('1password-token', 'access_token', ['ops_eyj'], /ops_eyJ[A-Za-z0-9+/_-]{200,4096}={0,3}/, certain),
  shape('atlassian-token', 'access_token', ['atatt3'], /ATATT3[A-Za-z0-9_=-]{100,400}/, certain),
];

export const PROVIDER_RULES: readonly Rule[] = [...GIT_HOSTS, ...MODEL_PROVIDERS, ...CLOUDS, ...SERVICES];
