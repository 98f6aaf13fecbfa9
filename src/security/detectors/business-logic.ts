/** Tool `business_logic`: names of a company's own machines, its shared documents and its cloud accounts. */
import type { Detector } from '../contract.ts';
import { isNoSample, type Rule, shape } from '../rules/rule.ts';
import { AnchoredDetector } from './anchored.ts';

const LABELS = '[A-Za-z0-9](?:[A-Za-z0-9-]{0,40}[A-Za-z0-9])?';
/** Top names that no public server has. */
const PRIVATE_NAMES = ['.internal', '.corp', '.local', '.lan', '.intranet', '.private'];
const PRIVATE = PRIVATE_NAMES.map((name) => `\\${name}`).join('|');
/** Behind a scheme or a user, or before a port or a path: a host, and no member of an object. */
const HOST = new RegExp(
  `(?<=(?<=:\\/\\/|[A-Za-z0-9]@|\\b(?:host|ssh|ping|curl|dig)[=: ]{1,2}["']?)(?<from>(?:${LABELS}\\.){0,5}${LABELS}))(?:${PRIVATE})(?![A-Za-z0-9_.-])`,
  'i',
);
const HOST_WITH_PORT = new RegExp(
  `(?<=(?<![A-Za-z0-9./_@]|[^\\r\\n]-)(?<from>(?:${LABELS}\\.){0,5}${LABELS}))(?:${PRIVATE})(?=:[0-9]{2,5}(?![0-9]))`,
  'i',
);
/**
 * A name of three labels or more in plain text. Members of objects are written the same way, so that it ends as
 * none does, and a label before the last two is that of a machine: with a number or a hyphen.
 */
const HOST_ALONE =
  /(?<=(?<![A-Za-z0-9./_@$]|[^\r\n]-|\b(?:host|ssh|ping|curl|dig)[=: ]{1,2}["']?)(?<from>(?=[a-z0-9.]{0,40}(?:[a-z]-?[0-9]|[a-z]-[a-z]))(?:[a-z0-9](?:[a-z0-9-]{0,40}[a-z0-9])?\.){1,5}[a-z0-9-]{1,40}))\.(?:internal|corp|intranet|lan)(?![A-Za-z0-9_(.-]|:[0-9])/;
/** Names that programs give to everybody's machine. */
const COMMON_HOST =
  /(?:^|\.)(?:docker|kubernetes\.docker|google|metadata\.google|lima|orb|containers|cluster|localhost|example|test|foo|bar|host|my-?host|my-?server|server|raspberrypi|compute)\.[a-z]+$/i;

const SHARED: ReadonlyArray<readonly [name: string, anchor: string, pattern: RegExp]> = [
  [
    'atlassian-url',
    '.atlassian.net',
    /(?<=(?<from>(?:https?:\/\/)?(?<![A-Za-z0-9]|[^\r\n]-)[a-z0-9-]{2,40}))\.atlassian\.net(?:\/[A-Za-z0-9/?=&#%._~+-]{0,300})?/i,
  ],
  [
    'slack-archive',
    '.slack.com/archives/',
    /(?<=(?<from>(?:https?:\/\/)?[a-z0-9-]{2,40}))\.slack\.com\/archives\/[A-Z0-9/p?=_&-]{8,120}/i,
  ],
  [
    'google-document',
    'docs.google.com/',
    /(?<=(?<from>(?:https?:\/\/)?))docs\.google\.com\/[a-z]{4,14}\/(?:u\/[0-9]\/)?d\/[A-Za-z0-9_-]{20,80}/,
  ],
  [
    'google-drive',
    'drive.google.com/',
    /(?<=(?<from>(?:https?:\/\/)?))drive\.google\.com\/(?:file\/d|drive\/(?:u\/[0-9]\/)?folders)\/[A-Za-z0-9_-]{16,80}/,
  ],
  [
    'notion-page',
    'notion.so/',
    /(?<=(?<from>(?:https?:\/\/)?(?:www\.)?))notion\.so\/[A-Za-z0-9_/-]{0,160}[a-f0-9]{32}/,
  ],
  [
    'linear-issue',
    'linear.app/',
    /(?<=(?<from>(?:https?:\/\/)?))linear\.app\/[a-z0-9-]{2,40}\/(?:issue|project|team)\/[A-Za-z0-9/_-]{3,160}/,
  ],
  [
    'figma-file',
    'figma.com/',
    /(?<=(?<from>(?:https?:\/\/)?(?:www\.)?))figma\.com\/(?:file|design|proto|board)\/[A-Za-z0-9]{16,32}/,
  ],
  [
    'miro-board',
    'miro.com/app/board/',
    /(?<=(?<from>(?:https?:\/\/)?))miro\.com\/app\/board\/[A-Za-z0-9_=-]{8,32}/,
  ],
  ['trello-board', 'trello.com/', /(?<=(?<from>(?:https?:\/\/)?))trello\.com\/[bc]\/[A-Za-z0-9]{8}/],
  [
    'asana-task',
    'app.asana.com/',
    /(?<=(?<from>(?:https?:\/\/)?))app\.asana\.com\/[0-9]{1,2}\/[0-9/a-z]{10,80}/,
  ],
  [
    'sharepoint-url',
    '.sharepoint.com',
    /(?<=(?<from>(?:https?:\/\/)?[a-z0-9-]{2,40}))\.sharepoint\.com\/[A-Za-z0-9:/?=&%._~-]{4,300}/i,
  ],
  [
    'meeting-url',
    'zoom.us/',
    /(?<=(?<from>(?:https?:\/\/)?(?:[a-z0-9-]{2,30}\.)?))zoom\.us\/[js]\/[0-9]{9,12}(?:\?pwd=[A-Za-z0-9.]{4,64})?/i,
  ],
  [
    'issue-tracker-url',
    '://jira.',
    /(?<=(?<from>https?)):\/\/jira\.[a-z0-9.-]{3,80}(?:\/[A-Za-z0-9/?=&#%._~+-]{0,300})?/i,
  ],
  [
    'wiki-url',
    '://confluence.',
    /(?<=(?<from>https?)):\/\/confluence\.[a-z0-9.-]{3,80}(?:\/[A-Za-z0-9/?=&#%._~+-]{0,300})?/i,
  ],
];

const ARN = /arn:aws[a-z-]{0,12}:[a-z0-9-]{1,30}:[a-z0-9-]{0,20}:([0-9]{12})(?![0-9])/;
const REGISTRY_HOST = /(?<=(?<![0-9])(?<from>[0-9]{12}))\.dkr\.ecr\./;
const ACCOUNT_ID =
  /(?:aws|amazon)?_?account[_-]?(?:id|number)?["']?[ \t]{0,4}(?::|=>|=)[ \t]{0,4}["']?([0-9]{4}-?[0-9]{4}-?[0-9]{4})(?![0-9-])/i;
const SUBSCRIPTION = /\/subscriptions\/([0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})/i;
const TENANT =
  /(?:subscription|tenant)[_-]?id["']?[ \t]{0,4}(?::|=>|=)[ \t]{0,4}["']?([0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})(?![0-9a-z-])/i;
const SERVICE_ACCOUNT =
  /(?<=(?<![A-Za-z0-9._]|[^\r\n]-)(?<from>[a-z0-9-]{3,40}@[a-z0-9-]{4,40}))\.iam\.gserviceaccount\.com/;
const DATABASE =
  /jdbc:[a-z0-9]{2,20}:(?:[a-z0-9]{2,16}:)?(?:\/\/|@)((?:[A-Za-z0-9-]{1,60}\.){1,6}[A-Za-z0-9-]{1,40})(?![A-Za-z0-9.-])/i;

/** Not what manuals print. */
function isAccount(text: string): boolean {
  const digits = text.replaceAll('-', '');
  return !/^(?:123456789012|(.)\1{11}|111122223333|444455556666|012345678901|210987654321)$/.test(digits);
}

/** No zeros, and no digits in a row. */
const isOwnId = (text: string): boolean => new Set(text).size > 6 && !text.startsWith('12345678');

const isOwnHost = (text: string): boolean =>
  !COMMON_HOST.test(text) && !/^(?:localhost|127\.|0\.0\.)/.test(text);

export const BUSINESS_RULES: readonly Rule[] = [
  shape('internal-host', 'host', PRIVATE_NAMES, HOST, { accept: isOwnHost }),
  shape('internal-host-port', 'host', PRIVATE_NAMES, HOST_WITH_PORT, { accept: isOwnHost }),
  shape('internal-host-alone', 'host', ['.internal', '.corp', '.intranet', '.lan'], HOST_ALONE, {
    accept: isOwnHost,
  }),
  ...SHARED.map(([name, anchor, pattern]) => shape(name, 'url', [anchor], pattern)),
  shape('aws-account-arn', 'account', ['arn:aws'], ARN, { accept: isAccount }),
  shape('aws-account-registry', 'account', ['.dkr.ecr.'], REGISTRY_HOST),
  shape('aws-account-id', 'account', ['account'], ACCOUNT_ID, { accept: isAccount }),
  shape('azure-subscription', 'account', ['/subscriptions/'], SUBSCRIPTION),
  shape('azure-tenant', 'account', ['subscription', 'tenant'], TENANT, { accept: isOwnId }),
  shape('google-service-account', 'account', ['.iam.gserviceaccount'], SERVICE_ACCOUNT, {
    accept: isNoSample,
  }),
  shape('database-host', 'host', ['jdbc:'], DATABASE, { accept: isOwnHost }),
];

export const businessLogic: Detector = AnchoredDetector.of({
  name: 'business_logic',
  version: 2,
  rules: BUSINESS_RULES,
});
