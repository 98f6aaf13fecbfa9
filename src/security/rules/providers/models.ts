/** Keys of model providers and of the services around them. */
import { entropyOf, isNoSample, looksRandom, type Rule, token, word } from '../rule.ts';

/** Hugging Face draws letters only; anything else of that length has to look drawn. */
function isHuggingFace(secret: string): boolean {
  const body = secret.slice(secret.lastIndexOf('_') + 1);
  return isNoSample(secret) && (/^[A-Za-z]{34}$/.test(body) || entropyOf(body) >= 4);
}

/** A whole key, or a piece of one that nobody typed. */
function isAnthropic(secret: string): boolean {
  const body = secret.replace(/^sk-ant-(?:[a-z]{2,8}[0-9]{2}-)?/, '');
  return looksRandom(body) && /[0-9]/.test(body) && !/abc123|abcdef|12345/i.test(body);
}

/** Whole keys carry a mark in the middle; what is as long without it was made up. */
function isOpenAi(secret: string): boolean {
  return looksRandom(secret) && (secret.length < 132 || secret.includes('T3BlbkFJ'));
}

/** A digit, and no run of the alphabet. */
function isDrawn(secret: string): boolean {
  return looksRandom(secret) && /[0-9]/.test(secret) && !/abcdefgh/i.test(secret);
}

export const MODEL_RULES: readonly Rule[] = [
  token('anthropic-key', 'api_key', 'sk-ant-', /sk-ant-[A-Za-z0-9_-]{20,255}/, isAnthropic),
  token(
    'openai-key',
    'api_key',
    'sk-proj- sk-svcacct- sk-admin-',
    /sk-[a-z]{4,8}-[A-Za-z0-9_-]{20,255}/,
    isOpenAi,
  ),
  token(
    'sk-key',
    'api_key',
    'sk-',
    /(?<![A-Za-z0-9_]|[A-Za-z0-9_-]-)sk-(?:[a-z0-9]{2,8}-){0,2}[A-Za-z0-9]{20,128}(?![A-Za-z0-9_-])/,
    isDrawn,
  ),
  word('langfuse-key', 'api_key', 'sk-lf- pk-lf-', /[sp]k-lf-[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}/),
  word('langsmith-key', 'api_key', 'lsv2_', /lsv2_(?:pt|sk)_[a-f0-9]{32}_[a-f0-9]{10}/),
  word('huggingface-token', 'access_token', 'hf_ api_org_', /(?:hf|api_org)_[A-Za-z0-9]{34}/, isHuggingFace),
  word('groq-key', 'api_key', 'gsk_', /gsk_[A-Za-z0-9]{52}/),
  token('xai-key', 'api_key', 'xai-', /(?<![A-Za-z0-9])xai-[A-Za-z0-9]{60,120}/),
  token('perplexity-key', 'api_key', 'pplx-', /(?<![A-Za-z0-9])pplx-[A-Za-z0-9]{32,80}/),
  word('replicate-token', 'api_key', 'r8_', /r8_[A-Za-z0-9]{37}/),
  word('cerebras-key', 'api_key', 'csk-', /csk-[a-z0-9]{40,64}/, looksRandom),
  word('fireworks-key', 'api_key', 'fw_', /fw_[A-Za-z0-9]{24}/, looksRandom),
  word('together-key', 'api_key', 'tgp_v1_', /tgp_v1_[A-Za-z0-9_-]{40,64}/),
  word('nvidia-key', 'api_key', 'nvapi-', /nvapi-[A-Za-z0-9_-]{60,80}/),
  word('pinecone-key', 'api_key', 'pcsk_', /pcsk_[A-Za-z0-9]{5,7}_[A-Za-z0-9]{50,80}/),
  word('elevenlabs-key', 'api_key', 'sk_', /sk_[a-f0-9]{48}/, looksRandom),
  word('voyage-key', 'api_key', 'pa-', /pa-[A-Za-z0-9_-]{43}/, looksRandom),
  word('tavily-key', 'api_key', 'tvly-', /tvly-(?:dev-|prod-)?[A-Za-z0-9]{32}/),
  word('firecrawl-key', 'api_key', 'fc-', /fc-[a-f0-9]{32}/, looksRandom),
  word('cursor-key', 'api_key', 'crsr_ key_', /(?:crsr|key)_[a-f0-9]{64}/),
  word('wandb-key', 'api_key', 'wandb_v1_', /wandb_v1_[A-Za-z0-9_]{60,100}/),
];
