/** Text views of `git ot auth`. What the hub says is printable only after `printable`. */
import type { Identity, Login, Logout } from '../auth.ts';
import { fields, type Page, printable } from './page.ts';

export function loginView({ user, path }: Login): string {
  const who = user === null ? 'a token' : `the token of ${printable(user.name)}`;
  return `stored ${who} in ${printable(path)}\n`;
}

export function logoutView({ removed, path }: Logout): string {
  return removed ? `deleted ${printable(path)}\n` : 'there was no token to delete\n';
}

export function identityView(page: Page, { user, source }: Identity): string {
  const organizations = user.organizations.map(printable).join(', ');
  return fields(page, [
    ['user', printable(user.name)],
    ['name', printable(user.full_name ?? '')],
    ['organizations', organizations === '' ? 'none' : organizations],
    ['token from', printable(source)],
  ]);
}
