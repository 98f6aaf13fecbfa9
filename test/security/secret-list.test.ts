import { describe, expect, test } from 'vitest';
import { SecretList } from '../../src/security/secret-list.ts';

describe('SecretList', () => {
  test('numbers by order of entry; the same value and kind is the same entry', () => {
    const list = new SecretList();
    expect(list.add('password', 'one').n).toBe(1);
    expect(list.add('user', 'one').n).toBe(2);
    expect(list.add('password', 'one').n).toBe(1);
    expect(list.find('password', 'two')).toBeNull();
    expect(list.size).toBe(2);
  });

  test('decodes what it encoded, and goes on from there', () => {
    const list = new SecretList();
    for (const value of ['plain', 'q"uo\\te\n', 'é€😀', '\ud800', '__proto__']) list.add('password', value);
    const again = SecretList.decode(list.encode());
    expect(again.entries).toEqual(list.entries);
    expect(again.digest()).toBe(list.digest());
    expect(again.add('password', 'new').n).toBe(6);
    expect(again.digest()).not.toBe(list.digest());
  });

  test('is canonical JSON lines', () => {
    const list = new SecretList();
    list.add('user', 'ada');
    expect(list.encode().toString()).toBe('{"kind":"user","n":1,"value":"ada"}\n');
    expect(new SecretList().encode().length).toBe(0);
  });

  test.each([
    '{"kind":"user","n":1,"value":"ada"}',
    '{"kind":"user","n":2,"value":"ada"}\n',
    '{"kind":"other","n":1,"value":"ada"}\n',
    '{"kind":"user","n":1,"value":""}\n',
    '{"kind":"user","n":1,"value":"a"}\n{"kind":"user","n":2,"value":"a"}\n',
    'nonsense\n',
    '\n',
  ])('refuses %j without repeating it', (text) => {
    expect(() => SecretList.decode(Buffer.from(text))).toThrow(
      /^the secret list of a trace is damaged at line [12]$/,
    );
  });
});
