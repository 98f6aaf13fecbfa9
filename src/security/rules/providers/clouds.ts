/** Keys of clouds, hosting services and databases. */
import { entropyOf, isNoSample, looksRandom, type Rule, shape, token, word } from '../rule.ts';

/** `name = value` with the names amazon's own tools use for the secret half. */
const AWS_SECRET =
  /[A-Za-z_]{3,30}["'\\]{0,6}[ \t]{0,4}(?:=>|:=|[=:,]|(?<=[ \t]))[ \t]{0,4}["'\\]{0,6}([A-Za-z0-9+/]{40})(?![A-Za-z0-9+/=])/;

/** Ids end in a documentation word in samples; only of the ids of users may all be letters, others are words then. */
function isAwsKey(id: string): boolean {
  const isWord = !/[0-9]/.test(id) && !(id.startsWith('AKIA') && entropyOf(id) >= 3);
  return !id.endsWith('EXAMPLE') && isNoSample(id) && !isWord;
}

export const CLOUD_RULES: readonly Rule[] = [
  word(
    'aws-access-key',
    'access_key',
    'akia asia abia acca agpa aida aroa aipa anpa anva a3t',
    /(?:A(?:KIA|SIA|BIA|CCA|GPA|IDA|ROA|IPA|NPA|NVA)|A3T[A-Z0-9])[A-Z0-9]{16}/,
    isAwsKey,
  ),
  shape(
    'aws-secret-key',
    'access_key',
    ['secret_access_key', 'secretaccesskey', 'aws_secret_key', 'aws_secret'],
    AWS_SECRET,
    {
      accept: (secret) => entropyOf(secret) > 3.5,
    },
  ),
  token('aws-bedrock-key', 'api_key', 'absk', /(?<![A-Za-z0-9])ABSK[A-Za-z0-9+/]{100,280}={0,2}/),
  token(
    'aws-bedrock-session',
    'api_key',
    'bedrock-api-key-ymvk',
    /bedrock-api-key-YmVkcm9jay5hbWF6b25hd3MuY29t[A-Za-z0-9+/=%_-]{0,4096}/,
  ),
  word('aws-mws-key', 'access_key', 'amzn.mws.', /amzn\.mws\.[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}/),
  word('google-api-key', 'api_key', 'aiza', /AIza[A-Za-z0-9_-]{35}/),
  token('google-client-secret', 'api_key', 'gocspx-', /GOCSPX-[A-Za-z0-9_-]{24,40}/),
  token('google-oauth-token', 'access_token', 'ya29.', /(?<![A-Za-z0-9])ya29\.[A-Za-z0-9_.-]{20,1024}/),
  token(
    'google-refresh-token',
    'access_token',
    '1//0',
    /(?<![A-Za-z0-9])1\/\/0[A-Za-z0-9_-]{40,120}/,
    looksRandom,
  ),
  word('firebase-server-key', 'api_key', 'aaaa', /AAAA[A-Za-z0-9_-]{7}:[A-Za-z0-9_-]{140}/),
  token('digitalocean-token', 'access_token', 'dop_v1_ doo_v1_ dor_v1_', /do[opr]_v1_[a-f0-9]{64}/i),
  shape(
    'azure-storage-key',
    'access_key',
    ['accountkey=', 'sharedaccesskey='],
    /(?:Account|SharedAccess)Key=([A-Za-z0-9+/]{40,90}={0,2})/i,
    {
      accept: isNoSample,
    },
  ),
  token(
    'azure-client-secret',
    'api_key',
    '0q~ 1q~ 2q~ 3q~ 4q~ 5q~ 6q~ 7q~ 8q~ 9q~',
    /(?<=(?<![A-Za-z0-9_~.]|[^\r\n]-)(?<from>[A-Za-z0-9_~.-]{3}))[0-9]Q~[A-Za-z0-9_~.-]{31,34}(?![A-Za-z0-9_~.-])/,
    looksRandom,
  ),
  token(
    'azure-devops-token',
    'access_token',
    'azdo',
    /(?<=(?<![A-Za-z0-9])(?<from>[A-Za-z0-9]{76}))AZDO[A-Za-z0-9]{4}(?![A-Za-z0-9])/,
  ),
  token(
    'azure-annotated-key',
    'api_key',
    '+acr +aeh +ast acdb azfu azse apim',
    /(?<=(?<![A-Za-z0-9+/])(?<from>[A-Za-z0-9+/]{30,80}))(?:\+ACR|\+AEh|\+ASt|ACDb|AzFu|AzSe|APIM)[A-Za-z0-9+/]{4,12}={0,2}(?![A-Za-z0-9+/=])/,
    looksRandom,
  ),
  word('alibaba-access-key', 'access_key', 'ltai', /LTAI[A-Za-z0-9]{16,26}/, looksRandom),
  word('tencent-access-key', 'access_key', 'akid', /AKID[A-Za-z0-9]{32}/, looksRandom),
  word('yandex-key', 'api_key', 'aqvn', /AQVN[A-Za-z0-9_-]{35,38}/, looksRandom),
  word('yandex-access-key', 'access_key', 'ycaj', /YCAJ[A-Za-z0-9_-]{21,36}/, looksRandom),
  token(
    'yandex-token',
    'access_token',
    't1.',
    /(?<![A-Za-z0-9])t1\.[A-Za-z0-9_-]{1,200}={0,2}\.[A-Za-z0-9_-]{86}={0,2}/,
  ),
  word(
    'scaleway-key',
    'access_key',
    'scw',
    /SCW[A-Z0-9]{17}/,
    (secret) => looksRandom(secret) && /[0-9]/.test(secret),
  ),
  word('databricks-token', 'access_token', 'dapi', /dapi[a-fA-F0-9]{32}(?:-[0-9])?/),
  token(
    'fly-token',
    'access_token',
    'fo1_ fm1r_ fm1a_ fm2_',
    /(?<![A-Za-z0-9])(?:fo1_[A-Za-z0-9_-]{43}(?![A-Za-z0-9_-])|fm(?:1[ar]|2)_[A-Za-z0-9_+/=,-]{60,4096})/,
  ),
  word('vercel-token', 'access_token', 'vcp_ vci_ vca_ vcr_ vck_', /vc[piark]_[A-Za-z0-9]{20,80}/),
  word(
    'vercel-blob-token',
    'access_token',
    'vercel_blob_rw_',
    /vercel_blob_rw_[A-Za-z0-9]{16}_[A-Za-z0-9]{30,48}/,
  ),
  token('heroku-key', 'api_key', 'hrku-', /HRKU-[A-Za-z0-9_-]{36,80}/),
  word('netlify-token', 'access_token', 'nfp_ nfc_ nfo_ nfu_', /nf[pcou]_[A-Za-z0-9]{36}/),
  word('render-key', 'api_key', 'rnd_', /rnd_[A-Za-z0-9]{28,36}/, looksRandom),
  word('cloudflare-token', 'access_token', 'cfut_ cfat_ cfk_', /cf(?:ut|at|k)_[A-Za-z0-9_-]{48}(?![_-])/),
  token('cloudflare-origin-key', 'api_key', 'v1.0-', /(?<![A-Za-z0-9])v1\.0-[a-f0-9]{24}-[a-f0-9]{146}/),
  token(
    'supabase-token',
    'access_token',
    'sbp_ sb_secret_',
    /(?<![A-Za-z0-9])sb(?:p|_secret)_[A-Za-z0-9_-]{30,64}/,
    looksRandom,
  ),
  token(
    'planetscale-token',
    'access_token',
    'pscale_',
    /pscale_(?:tkn|pw|oauth|otkn)_[A-Za-z0-9=._-]{32,64}/i,
  ),
  token(
    'aiven-password',
    'password',
    'avns_',
    /(?<![A-Za-z0-9])AVNS_[A-Za-z0-9_-]{19}(?![A-Za-z0-9_-])/,
    looksRandom,
  ),
  word('neon-key', 'api_key', 'napi_', /napi_[a-z0-9]{64}/),
  word('clickhouse-key', 'api_key', '4b1d', /4b1d[A-Za-z0-9]{38}/, looksRandom),
  word('mongodb-atlas-secret', 'api_key', 'mdb_sa_sk_', /mdb_sa_sk_[A-Za-z0-9_-]{36,48}/),
  word('openshift-token', 'access_token', 'sha256~', /sha256~[A-Za-z0-9_-]{43}/, looksRandom),
  token('vault-token', 'access_token', 'hvs. hvb. hvr.', /(?<![A-Za-z0-9])hv[sbr]\.[A-Za-z0-9_-]{24,300}/),
  token(
    'doppler-token',
    'access_token',
    'dp.pt. dp.st. dp.ct. dp.sa. dp.scim. dp.audit.',
    /(?<![A-Za-z0-9])dp\.(?:pt|st|ct|sa|scim|audit)\.(?:[a-z0-9_-]{2,35}\.)?[A-Za-z0-9]{40,44}/i,
  ),
  word('tailscale-key', 'api_key', 'tskey-', /tskey-(?:[a-z]{2,12}-)?[A-Za-z0-9]{6,32}-[A-Za-z0-9]{16,64}/),
  word('pulumi-token', 'access_token', 'pul-', /pul-[a-f0-9]{40}/),
  word('dynatrace-token', 'access_token', 'dt0', /dt0[a-z][0-9]{2}\.[A-Za-z0-9]{8,24}\.[A-Za-z0-9]{64}/i),
  word('defined-networking-key', 'api_key', 'dnkey-', /dnkey-[A-Za-z0-9=_-]{26}-[A-Za-z0-9=_-]{52}/i),
  word('ngrok-credential', 'api_key', 'ngrok', /ngrok_[A-Za-z0-9]{27,49}_[A-Za-z0-9]{20,24}/),
  word('contentful-token', 'access_token', 'cfpat-', /CFPAT-[A-Za-z0-9_-]{43}/),
];
