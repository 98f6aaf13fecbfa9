/** Values drawn at random, told from words, paths, hashes and ids by their letters alone. */
import { entropyOf } from './rule.ts';

const UUID = /^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;
const HEX = /^(?:0x)?[0-9a-fA-F]+$/;

/**
 * True when `value`, of at least 20 characters, mixes capitals, small letters and digits as no one writes
 * them: at least four bits a character, and several changes between letters and digits. Hashes and UUIDs are
 * not random enough; a path or a dotted name is judged by its longest part.
 */
export function isDrawn(value: string): boolean {
  if (UUID.test(value) || HEX.test(value) || isEncodedText(value)) return false;
  const part = longestPart(value);
  if (part.length < 16 || !hasAllClasses(part) || isWords(part)) return false;
  return entropyOf(part) >= bitsWanted(part) && changesOf(part) >= 3;
}

/**
 * True for letters alone, at least 16, that change between capitals and small ones as no name does: hardly any
 * stretch of small letters is as long as a syllable.
 */
export function isCaseNoise(text: string): boolean {
  if (text.length < 16 || !/^[A-Za-z]+$/.test(text)) return false;
  const changes = text.match(/[a-z](?=[A-Z])|[A-Z](?=[a-z])/g)?.length ?? 0;
  const inWords = text.match(/[a-z]{3,}/g)?.join('').length ?? 0;
  return changes * 4 >= text.length && inWords * 2 < text.length && entropyOf(text) >= 3.4;
}

/** Identifiers of programs: words joined by case, dots, hyphens or underscores. */
const IDENTIFIER =
  /^[A-Za-z]+(?:[ ._/:-][A-Za-z]+)*[0-9]{0,2}$|^[A-Za-z]+[0-9]{0,4}(?:[ ._/:-][A-Za-z]+[0-9]{0,4})+(?:[._-][0-9]{1,4})?$/;

/** True for a value that is no name: of a field that is said to hold a secret, so that little proves it. */
export function isRandomText(value: string): boolean {
  if (isCaseNoise(value)) return true;
  if (!/[0-9]/.test(value) || !/[A-Za-z]/.test(value) || value.includes(' ')) return false;
  return !IDENTIFIER.test(value) && entropyOf(value) >= (value.length < 16 ? 2.8 : 3.2);
}

/** Base64 of readable text, which is searched decoded. */
function isEncodedText(value: string): boolean {
  return /^[\t\r\n\x20-\x7e]+$/.test(Buffer.from(value, 'base64').toString('latin1'));
}

function longestPart(value: string): string {
  return value.split(/[/._=:-]/).reduce((a, b) => (b.length > a.length ? b : a), '');
}

function hasAllClasses(text: string): boolean {
  return /[0-9]/.test(text) && /[a-z]/.test(text) && /[A-Z]/.test(text);
}

/** Sixteen characters cannot hold more than four bits. */
function bitsWanted(text: string): number {
  return text.length < 24 ? 3.6 : 4;
}

/** Places where a digit and a letter meet. */
function changesOf(text: string): number {
  return text.match(/[0-9](?=[A-Za-z])|[A-Za-z](?=[0-9])/g)?.length ?? 0;
}

/** Most of it in stretches of four small letters or more, as in `FactoryBean2Builder3`. */
function isWords(text: string): boolean {
  return (text.match(/[a-z]{4,}/g)?.join('').length ?? 0) * 2 > text.length;
}
