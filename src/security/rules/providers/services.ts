/** Keys and tokens of services for teams, shops, payments, mail and monitoring. */
import { isNoSample, looksRandom, type Rule, shape, token, word } from '../rule.ts';

const SLACK = 'xoxa- xoxb- xoxc- xoxd- xoxe- xoxo- xoxp- xoxr- xoxs- xoxe. xapp-';
const UUID = '[0-9a-fA-F]{8}(?:-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}';
const uuid = (prefix: string): RegExp => new RegExp(`${prefix}${UUID}`);
/** Twilio begins its keys with two letters and hex. */
const SK_HEX = 'sk0 sk1 sk2 sk3 sk4 sk5 sk6 sk7 sk8 sk9 ska skb skc skd ske skf';

/** Slack's forms hold a number and a part drawn at random, or are long. */
function isSlack(secret: string): boolean {
  const parts = secret.slice(5).split(/[.-]/);
  const isDrawn = parts.some((part) => part.length >= 8 && /[0-9]/.test(part) && /[A-Za-z]/.test(part));
  return (
    isNoSample(secret) && (isDrawn || (parts.length > 1 && /[0-9]{8}/.test(secret) && secret.length > 20))
  );
}

export const SERVICE_RULES: readonly Rule[] = [
  token(
    'slack-token',
    'access_token',
    SLACK,
    /(?<![A-Za-z0-9]|[A-Za-z0-9-]-)x(?:ox[abcdeoprs]|app)[.-][A-Za-z0-9.%-]{8,400}/i,
    isSlack,
  ),
  token(
    'slack-webhook',
    'webhook',
    'hooks.slack.com',
    /(?<=(?<from>(?:https?:\/\/)?))hooks\.slack\.com\/(?:services|workflows|triggers)\/[A-Za-z0-9+/]{20,100}/,
    () => true,
  ),
  token(
    'discord-webhook',
    'webhook',
    '/api/webhooks/',
    /(?<=(?<from>(?:https?:\/\/)?(?:[a-z]{2,10}\.)?discord(?:app)?\.com))\/api\/webhooks\/[0-9]{15,22}\/[A-Za-z0-9_-]{40,100}/,
  ),
  token(
    'teams-webhook',
    'webhook',
    '.webhook.office.com',
    /(?<=(?<from>(?:https?:\/\/)?[a-z0-9]{1,40}))\.webhook\.office\.com\/webhookb2\/[A-Za-z0-9@-]{36,80}\/[A-Za-z]{5,20}\/[a-z0-9]{32}\/[A-Za-z0-9/-]{36,100}/,
  ),
  token(
    'zapier-webhook',
    'webhook',
    'hooks.zapier.com',
    /(?<=(?<from>(?:https?:\/\/)?))hooks\.zapier\.com\/hooks\/catch\/[A-Za-z0-9/]{8,64}/,
  ),
  token(
    'stripe-key',
    'api_key',
    'sk_live_ sk_test_ rk_live_ rk_test_ sk_prod_ rk_prod_ sk_org_',
    /(?<![A-Za-z0-9])[sr]k_(?:live|test|prod|org)_[A-Za-z0-9_]{24,255}/,
  ),
  token('stripe-webhook-secret', 'webhook', 'whsec_', /whsec_[A-Za-z0-9+/=]{24,80}/),
  token(
    'sendgrid-key',
    'api_key',
    'sg.',
    /(?<![A-Za-z0-9])SG\.[A-Za-z0-9_-]{16,32}\.[A-Za-z0-9_=-]{16,64}/,
    looksRandom,
  ),
  token(
    'sendgrid-legacy-key',
    'api_key',
    'sg.',
    /(?<![A-Za-z0-9])SG\.[A-Za-z0-9_=.-]{66}(?![A-Za-z0-9])/i,
    looksRandom,
  ),
  token('brevo-key', 'api_key', 'xkeysib- xsmtpsib-', /x(?:keys|smtps)ib-[a-f0-9]{64}-[A-Za-z0-9]{16}/),
  token(
    'mailchimp-key',
    'api_key',
    '-us',
    /(?<=(?<![A-Za-z0-9])(?<from>[a-f0-9]{32}))-us[0-9]{1,2}(?![A-Za-z0-9])/,
  ),
  word('mailgun-key', 'api_key', 'key-', /(?:pub)?key-[a-f0-9]{32}/),
  word('resend-key', 'api_key', 're_', /re_[A-Za-z0-9]{8}_[A-Za-z0-9]{24}/, looksRandom),
  token(
    'shopify-token',
    'access_token',
    'shpat_ shpca_ shppa_ shpss_ shpua_',
    /shp(?:at|ca|pa|ss|ua)_[A-Za-z0-9]{32,64}/,
  ),
  word(
    'square-token',
    'access_token',
    'eaaa sq0atp- sq0csp- sq0idp-',
    /(?:EAAA|sq0(?:at|cs|id)p-)[A-Za-z0-9_-]{22,60}/,
    looksRandom,
  ),
  word('facebook-token', 'access_token', 'eaa', /EAA[A-Z][A-Za-z0-9]{60,400}/, looksRandom),
  word(
    'braintree-token',
    'access_token',
    'access_token$',
    /access_token\$(?:production|sandbox)\$[0-9a-z]{16}\$[0-9a-f]{32}/,
  ),
  word('razorpay-key', 'api_key', 'rzp_live_ rzp_test_', /rzp_(?:live|test)_[A-Za-z0-9]{14}/),
  word(
    'flutterwave-key',
    'api_key',
    'flwseck flwpubk',
    /FLW(?:SECK|PUBK)(?:_TEST)?-[A-Za-z0-9]{12,64}(?:-X)?/i,
    looksRandom,
  ),
  word('gocardless-key', 'api_key', 'live_', /live_[A-Za-z0-9_=-]{40}/, looksRandom),
  word('easypost-key', 'api_key', 'ezak eztk', /EZ[AT]K[A-Za-z0-9]{54}/),
  word('shippo-key', 'api_key', 'shippo_', /shippo_(?:live|test)_[a-fA-F0-9]{40}/),
  word('duffel-token', 'access_token', 'duffel_', /duffel_(?:test|live)_[A-Za-z0-9_=-]{43}/),
  word('lob-key', 'api_key', 'live_ test_', /(?:live|test)_(?:pub_)?[a-f0-9]{31,35}/, looksRandom),
  word('frameio-token', 'access_token', 'fio-u-', /fio-u-[A-Za-z0-9_=-]{64}/),
  word('adobe-secret', 'api_key', 'p8e-', /p8e-[A-Za-z0-9]{32}/),
  token('linear-key', 'api_key', 'lin_api_ lin_oauth_', /lin_(?:api|oauth)_[A-Za-z0-9_]{32,128}/),
  token(
    'notion-token',
    'access_token',
    'ntn_ secret_',
    /(?<![A-Za-z0-9_])(?:ntn_[0-9]{11}[A-Za-z0-9]{35}|secret_[A-Za-z0-9]{43})(?![A-Za-z0-9_])/,
    (secret) => looksRandom(secret) && /[A-Za-z].*[A-Za-z]/.test(secret.slice(20)),
  ),
  word('airtable-token', 'access_token', 'pat', /pat[A-Za-z0-9]{14}\.[a-f0-9]{64}/),
  word(
    'hubspot-token',
    'access_token',
    'pat-',
    /pat-[a-z]{2}[0-9]-[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}/,
  ),
  word('postman-key', 'api_key', 'pmak-', /PMAK-[A-Fa-f0-9]{24}-[A-Fa-f0-9]{34}/),
  word('typeform-token', 'access_token', 'tfp_', /tfp_[A-Za-z0-9_.=-]{40,80}/i, looksRandom),
  token(
    'grafana-token',
    'access_token',
    'glc_ glsa_',
    /(?<![A-Za-z0-9])(?:glc_[A-Za-z0-9+/]{32,400}={0,3}|glsa_[A-Za-z0-9]{32}_[A-Fa-f0-9]{8})/,
  ),
  token('grafana-api-key', 'api_key', 'eyjrijoi', /(?<![A-Za-z0-9])eyJrIjoi[A-Za-z0-9]{70,400}={0,3}/),
  word(
    'newrelic-key',
    'api_key',
    'nrak- nrii- nrjs- nrra- nral',
    /NR(?:AK|II|JS|RA)-[A-Za-z0-9_-]{19,42}/i,
    looksRandom,
  ),
  token('newrelic-license', 'api_key', 'ffffnral', /(?<=(?<from>[a-f0-9]{32}))FFFFNRAL/),
  word('sentry-user-token', 'access_token', 'sntryu_', /sntryu_[a-f0-9]{64}/),
  token('sentry-org-token', 'access_token', 'sntrys_', /sntrys_eyJ[A-Za-z0-9+/=_-]{40,500}/),
  word('posthog-key', 'api_key', 'phx_', /phx_[A-Za-z0-9]{40,60}/),
  word('launchdarkly-key', 'api_key', 'sdk- mob- api-', uuid('(?:sdk|mob|api)-')),
  word('figma-token', 'access_token', 'figd_ figu_', /fig[du]_[A-Za-z0-9_-]{38,200}/),
  token(
    'telegram-bot-token',
    'access_token',
    ':aa',
    /(?<=(?<![0-9])(?<from>[0-9]{5,16})):AA[A-Za-z0-9_-]{33}(?![A-Za-z0-9_-])/,
    looksRandom,
  ),
  word('twilio-key', 'api_key', SK_HEX, /SK[0-9a-fA-F]{32}/, looksRandom),
  token(
    'maxmind-key',
    'api_key',
    '_mmk',
    /(?<=(?<![A-Za-z0-9])(?<from>[A-Za-z0-9]{6}_[A-Za-z0-9]{29}))_mmk(?![A-Za-z0-9])/,
  ),
  word('age-secret-key', 'private_key', 'age-secret-key-1', /AGE-SECRET-KEY-1[A-Z0-9]{58}/),
  token('1password-token', 'access_token', 'ops_eyj', /ops_eyJ[A-Za-z0-9+/_-]{200,4096}={0,3}/),
  word(
    '1password-secret-key',
    'private_key',
    'a3-',
    /A3-[A-Z0-9]{6}-(?:[A-Z0-9]{11}|[A-Z0-9]{6}-[A-Z0-9]{5})(?:-[A-Z0-9]{5}){3}/,
    looksRandom,
  ),
  token('atlassian-token', 'access_token', 'atatt3', /ATATT3[A-Za-z0-9_=-]{100,400}/),
  word('intra42-secret', 'api_key', 's-s4t2', /s-s4t2(?:ud|af)-[a-f0-9]{64}/i),
  word('settlemint-token', 'access_token', 'sm_aat_ sm_pat_ sm_sat_', /sm_[aps]at_[A-Za-z0-9]{16}/),
  word('plaid-token', 'access_token', 'access-', uuid('access-(?:sandbox|development|production)-')),
  word('ubidots-token', 'access_token', 'bbff-', /BBFF-[A-Za-z0-9]{30}/),
  word('nylas-key', 'api_key', 'nyk_v0_', /nyk_v0_[A-Za-z0-9]{40,80}/),
  word('svix-key', 'api_key', 'testsk_', /testsk_[A-Za-z0-9_-]{32}(?:\.[a-z]{2,4})?/, looksRandom),
  word('ionic-token', 'access_token', 'ion_', /ion_[a-z0-9]{42}/i, looksRandom),
  token(
    'bitwarden-token',
    'access_token',
    'bws_access_token',
    new RegExp(
      `bws_access_token["' ]{0,3}[=:]["' ]{0,3}(0\\.${UUID}\\.[A-Za-z0-9]{30}:[A-Za-z0-9+/]{22}==)`,
      'i',
    ),
  ),
  word('apify-token', 'access_token', 'apify_api_', /apify_api_[A-Za-z0-9]{36}/),
  word('wakatime-key', 'api_key', 'waka_', uuid('waka_')),
  token(
    'authress-key',
    'access_token',
    '.acc- .acc_',
    /(?<=(?<![A-Za-z0-9])(?<from>(?:sc|ext|scauth|authress)_[a-z0-9]{5,30}\.[a-z0-9]{4,6}))\.acc[_-][a-z0-9-]{10,32}\.[a-z0-9+/_=-]{30,120}/i,
  ),
  word('trello-token', 'access_token', 'atta', /ATTA[a-f0-9]{72}/i),
  word('salesforce-token', 'access_token', '00d', /00D[A-Za-z0-9]{12,15}![A-Za-z0-9_.]{80,260}/),
  word('dropbox-token', 'access_token', 'sl.', /sl\.[A-Za-z0-9_=-]{100,300}/),
  word('mapbox-token', 'access_token', 'sk.ey pk.ey', /[sp]k\.ey[A-Za-z0-9_-]{40,400}\.[A-Za-z0-9_-]{20,40}/),
  word(
    'rootly-token',
    'access_token',
    'rootly_ retool_',
    /(?:rootly|retool)_[A-Za-z0-9_]{24,72}/,
    looksRandom,
  ),
  shape(
    'facebook-app-token',
    'access_token',
    ['facebook', 'graph.'],
    /[a-z_.-]{5,30}["'=: ]{1,6}([0-9]{15,16}(?:\||%7C)[A-Za-z0-9_-]{27,40})/i,
  ),
];
