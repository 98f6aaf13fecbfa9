/** Operating system as far as the shape of a path tells it. */
export function osOfPath(cwd: string | null): string | null {
  if (cwd === null) return null;
  if (/^[A-Za-z]:[\\/]/.test(cwd)) return 'windows';
  if (cwd.startsWith('/Users/') || cwd.startsWith('/private/')) return 'macos';
  return /^\/(?:home|root|workspaces?|mnt|srv)(?:\/|$)/.test(cwd) ? 'linux' : null;
}
