/**
 * Keys without a shape of their own, known by the name they are assigned to and the form their issuer gives
 * them: `ADAFRUIT_KEY=`, `"algolia": "..."`. One line an issuer: names, then what its keys look like.
 */
import type { Span } from '../placeholder.ts';
import { assignedAt } from './assigned.ts';
import { entropyOf, isNoSample, type Rule } from './rule.ts';

const UUID = '[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}';
const HEX32 = '[a-f0-9]{32}';
const WORD32 = '[a-z0-9]{32}';

const VENDORS: ReadonlyArray<readonly [names: string, form: string]> = [
  ['adafruit', '[a-z0-9_-]{32}'],
  ['adobe', HEX32],
  ['airtable', '[a-z0-9]{17}'],
  ['algolia', WORD32],
  ['alibaba aliyun', '[a-z0-9]{30}'],
  ['asana', `[0-9]{16}|${WORD32}|[012]/[0-9]{14,18}:${HEX32}`],
  ['atlassian confluence jira', '[a-z0-9]{20}[a-f0-9]{4}'],
  ['beamer', 'b_[a-z0-9=_-]{44}'],
  ['bitbucket', `${WORD32}|[a-z0-9=_-]{64}`],
  ['bitly', '[a-z0-9]{40}'],
  ['bittrex', WORD32],
  ['cloudflare', '[a-z0-9_-]{40}|[a-f0-9]{37}'],
  ['codecov', `${WORD32}|${UUID}`],
  ['cohere co_api_key', '[a-z0-9]{40}'],
  ['coinbase', '[a-z0-9_-]{64}'],
  ['confluent', '[a-z0-9]{16}|[a-z0-9+/]{64}'],
  ['contentful', '[a-z0-9=_-]{43}'],
  ['datadog dd_api dd_app', '[a-z0-9]{32}|[a-z0-9]{40}'],
  ['deepgram', '[a-f0-9]{40}'],
  [
    'discord',
    '[a-f0-9]{64}|[0-9]{17,19}|[a-z0-9=_-]{32}|[a-z0-9]{24,28}\\.[a-z0-9_-]{6}\\.[a-z0-9_-]{27,40}',
  ],
  ['droneci', WORD32],
  ['dropbox', '[a-z0-9]{15}|[a-z0-9]{11}AAAAAAAAAA[a-z0-9_=-]{43}|sl\\.[a-z0-9=_-]{100,300}'],
  ['etsy', '[a-z0-9]{24}'],
  ['facebook', HEX32],
  ['fastly', '[a-z0-9=_-]{32}'],
  ['finicity', `${HEX32}|[a-z0-9]{20}`],
  ['finnhub', '[a-z0-9]{20}'],
  ['flickr', WORD32],
  ['freshbooks', '[a-z0-9]{64}'],
  ['gitter', '[a-z0-9_-]{40}'],
  ['gocardless', 'live_[a-z0-9_=-]{40}'],
  ['heroku', UUID],
  ['hubspot', UUID],
  ['intercom', '[a-z0-9=_-]{60}'],
  ['jfrog artifactory bintray xray', '[a-z0-9]{64}|[a-z0-9]{73}'],
  ['kraken', '[a-z0-9/=_+-]{80,90}'],
  ['kucoin', `[a-f0-9]{24}|${UUID}`],
  ['launchdarkly', '[a-z0-9=_-]{40}'],
  ['linear', HEX32],
  ['linkedin linked_in linked-in', '[a-z0-9]{14}|[a-z0-9]{16}'],
  ['looker', '[a-z0-9]{20}|[a-z0-9]{24}'],
  ['mailgun', '[a-h0-9]{32}-[a-h0-9]{8}-[a-h0-9]{8}'],
  ['mattermost', '[a-z0-9]{26}'],
  ['meraki', '[0-9a-f]{40}'],
  ['messagebird message_bird message-bird', `[a-z0-9]{25}|${UUID}`],
  ['mistral', '[a-z0-9]{32}'],
  ['netlify', '[a-z0-9=_-]{40,46}'],
  ['newrelic new_relic new-relic', '[a-z0-9]{64}'],
  ['nytimes newyorktimes', '[a-z0-9=_-]{32}'],
  ['okta', '00[a-z0-9=_-]{40}'],
  ['pagerduty', '[a-z0-9+_-]{20}|[a-z0-9]{32}'],
  ['plaid', `[a-z0-9]{24}|[a-z0-9]{30}|access-(?:sandbox|development|production)-${UUID}`],
  ['privateai private_ai private-ai', WORD32],
  ['rapidapi', '[a-z0-9_-]{50}'],
  ['sendbird', `${UUID}|[a-f0-9]{40}`],
  ['sentry', '[a-f0-9]{64}'],
  ['snyk', UUID],
  ['sonar', '[a-z0-9=_-]{40}'],
  ['sourcegraph', '[a-f0-9]{40}'],
  ['spotify', HEX32],
  ['squarespace', UUID],
  ['sumologic sumo', 'su[a-z0-9]{12}|[a-z0-9]{64}'],
  ['telegram telegr', '[0-9]{5,16}:A[a-z0-9_-]{34}'],
  ['travis', '[a-z0-9]{22}'],
  ['twilio', '[a-f0-9]{32}'],
  ['twitch', '[a-z0-9]{30}'],
  ['twitter', '[a-z0-9]{45}|[0-9]{15,25}-[a-z0-9]{20,40}|[a-z0-9]{25}|[a-z0-9]{50}|A{22}[a-z0-9%]{80,100}'],
  ['wandb', '[a-f0-9]{40}'],
  ['yandex', 'YC[a-z0-9_-]{38}'],
  ['zendesk', '[a-z0-9]{40}'],
  ['contribsys', '[a-f0-9]{8}:[a-f0-9]{8}'],
];

/** What may follow a value: a quote, an end of a statement, a line end in any escape. */
const END = '(?=[\\x60\'"\\s;,)}<&]|\\\\|$)';

function vendorRule(names: string, form: string): Rule {
  const anchors = names.split(' ');
  const pattern = new RegExp(`[ \\t=]{0,5}["']?(?<value>${form})${END}`, 'diy');
  const match = (text: string, at: number): Span | null => {
    if (!isNamed(text, at, anchors)) return null;
    const assigned = assignedAt(text, at);
    if (assigned === null) return null;
    pattern.lastIndex = assigned.start;
    const { value: span } = pattern.exec(text)?.indices?.groups ?? {};
    return span !== undefined && isKey(text.slice(...span)) ? { start: span[0], end: span[1] } : null;
  };
  return { name: `${anchors[0]!}-assigned`, kind: 'api_key', anchors, certain: false, pattern, match };
}

/** True when a name is written as one: `sumo`, `Sumo`, `SUMO`, but no beginning of `sumOfAll`. */
function isNamed(text: string, at: number, names: readonly string[]): boolean {
  return names.some((name) => {
    const written = text.slice(at, at + name.length);
    if (written.toLowerCase() !== name) return false;
    const rest = written.slice(1);
    return name.length > 6 || rest === rest.toLowerCase() || written === name.toUpperCase();
  });
}

/** Words and zeros are no keys. */
function isKey(value: string): boolean {
  return /[0-9]/.test(value) && isNoSample(value) && entropyOf(value) >= 2;
}

export const VENDOR_RULES: readonly Rule[] = VENDORS.map(([names, form]) => vendorRule(names, form));
