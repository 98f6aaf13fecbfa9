/** Numbers that prove themselves: cards, accounts and national ids with check digits. */

function digitsOf(text: string): string {
  return text.replace(/[^0-9]/g, '');
}

/** The check of card numbers (ISO/IEC 7812): every second digit doubled. */
export function isLuhn(digits: string): boolean {
  let sum = 0;
  for (let i = 0; i < digits.length; i += 1) {
    const digit = digits.charCodeAt(digits.length - 1 - i) - 48;
    const value = i % 2 === 0 ? digit : digit * 2;
    sum += value > 9 ? value - 9 : value;
  }
  return sum % 10 === 0;
}

/** First digits and lengths of the issuers; a time in milliseconds or microseconds begins with neither. */
const ISSUERS =
  /^(?:4[0-9]{15}|4[0-9]{18}|5[1-5][0-9]{14}|2(?:2[2-9]|[3-6][0-9]|7[01])[0-9]{13}|3[47][0-9]{13}|6(?:011|4[4-9][0-9]|5[0-9]{2})[0-9]{12}|3(?:0[0-5]|[689][0-9])[0-9]{11}|35(?:2[89]|[3-8][0-9])[0-9]{12}|62[0-9]{14,17})$/;

/** A card of a known issuer, written in groups or as one number. */
export function isCardNumber(text: string): boolean {
  const digits = digitsOf(text);
  if (!ISSUERS.test(digits) || !isLuhn(digits) || new Set(digits).size < 2) return false;
  return digits.length === 15 || digits.length === 16 || /[ -]/.test(text);
}

/** Areas, groups and serials that were given out. */
export function isSocialSecurityNumber(text: string): boolean {
  const [area, group, serial] = text.split('-').map(Number) as [number, number, number];
  return area !== 0 && area !== 666 && area < 900 && group !== 0 && serial !== 0;
}

/** Brazil's, with two check digits. */
export function isCpf(text: string): boolean {
  const digits = digitsOf(text);
  return new Set(digits).size > 2 && cpfDigit(digits, 9) && cpfDigit(digits, 10);
}

function cpfDigit(digits: string, count: number): boolean {
  let sum = 0;
  for (let i = 0; i < count; i += 1) sum += Number(digits[i]) * (count + 1 - i);
  return ((sum * 10) % 11) % 10 === Number(digits[count]);
}

const CHINESE_WEIGHTS = [7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2];

/** China's, with a check character. */
export function isChineseId(text: string): boolean {
  const sum = CHINESE_WEIGHTS.reduce((total, weight, i) => total + weight * Number(text[i]), 0);
  return '10X98765432'[sum % 11] === text[17]!.toUpperCase();
}

/** International account numbers, by their remainder of 97. */
export function isIban(text: string): boolean {
  const plain = text.replaceAll(' ', '');
  if (plain.length < 15 || plain.length > 34) return false;
  let rest = 0;
  for (const char of plain.slice(4) + plain.slice(0, 4)) {
    const value = Number.parseInt(char, 36);
    rest = (rest * (value > 9 ? 100 : 10) + value) % 97;
  }
  return rest === 1;
}
