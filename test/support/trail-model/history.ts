/** What a person does with commits: git itself does it, on lines that carry their numbers. */
import type { Chance } from './chance.ts';
import type { Row } from './rows.ts';
import type { Shadow } from './shadow.ts';

type Deed = () => string | null;

/** What is done more often than the rest. */
const OFTEN: readonly string[] = [
  'checkout',
  'checkout',
  'merge',
  'merge',
  'merge',
  'rebase',
  'pick',
  'squash',
];

export class History {
  readonly #shadow: Shadow;
  readonly #chance: Chance;
  readonly #deeds: ReadonlyMap<string, Deed>;
  #branches = 0;
  #messages = 0;

  constructor(shadow: Shadow, chance: Chance) {
    this.#shadow = shadow;
    this.#chance = chance;
    const side = (): string => this.#chance.pick(['-Xours', '-Xtheirs']);
    const other =
      (use: (branch: string) => string[]): Deed =>
      () => {
        const branches = this.#otherBranches();
        return branches.length === 0 ? this.#branch() : this.#all(use(this.#chance.pick(branches)));
      };
    this.#deeds = new Map<string, Deed>([
      ['branch', () => this.#branch()],
      ['checkout', other((branch) => ['checkout', '-q', branch])],
      ['merge', other((branch) => ['merge', '-q', '--no-ff', side(), '-m', this.#message(), branch])],
      ['octopus', () => this.#octopus()],
      ['squash', () => this.#squash(side())],
      ['rebase', other((branch) => ['rebase', '-q', side(), branch])],
      ['reorder', () => this.#reorder(side())],
      ['fixup', () => this.#fixup()],
      [
        'pick',
        other((branch) => ['cherry-pick', '--allow-empty', '--keep-redundant-commits', side(), branch]),
      ],
      [
        'revert',
        () => this.#all(['revert', '--no-edit', side(), this.#chance.pick(['HEAD', 'HEAD', 'HEAD~1'])]),
      ],
      ['amend', () => this.#all(['commit', '-q', '--amend', '--allow-empty', '-m', this.#message()])],
      ['rename', () => this.#rename()],
      ['restore', () => this.#restore()],
    ]);
  }

  /** Commits everything, some hunks, or adds all to the last commit. */
  commit(): string {
    const kind = this.#chance.next();
    if (kind < 0.2) return this.#partial();
    if (kind < 0.3) {
      this.#shadow.git('add', '-A');
      return `amend with all: ${this.#all(['commit', '-q', '--amend', '--allow-empty', '--no-edit']) ?? 'failed'}`;
    }
    return this.commitAll();
  }

  /** Commits everything. */
  commitAll(): string {
    this.#shadow.git('add', '-A');
    this.#shadow.git('commit', '-q', '--allow-empty', '-m', this.#message());
    return 'commit';
  }

  /** One of the rewrites; what it cannot do leaves everything as it was. */
  rewrite(): string {
    if (this.#chance.happens(0.15)) return this.#stashOrPop();
    if (this.#shadow.git('status', '--porcelain') !== '') this.commitAll();
    const name = this.#chance.pick([...this.#deeds.keys(), ...OFTEN]);
    const deed = this.#deeds.get(name)!;
    return `${name}: ${deed() ?? 'nothing'}`;
  }

  #message(): string {
    this.#messages += 1;
    return `work ${this.#messages}`;
  }

  /** A new branch, often from an older commit. */
  #branch(): string | null {
    this.#branches += 1;
    const from = this.#chance.pick(['HEAD', 'HEAD~1', 'HEAD~2']);
    return this.#all(['checkout', '-q', '-b', `branch${this.#branches}`, from]);
  }

  #current(): string {
    return this.#shadow.git('symbolic-ref', '--short', 'HEAD');
  }

  #otherBranches(): string[] {
    const all = this.#shadow.git('for-each-ref', '--format=%(refname:short)', 'refs/heads').split('\n');
    return all.filter((name) => name !== this.#current());
  }

  /** Commands one after another; when one fails, everything is put back. */
  #all(...commands: string[][]): string | null {
    const [branch, head] = [this.#current(), this.#shadow.git('rev-parse', 'HEAD')];
    if (commands.every((args) => this.#shadow.tryGit(...args) !== null))
      return commands.map((args) => args.join(' ')).join(' && ');
    for (const verb of ['rebase', 'merge', 'cherry-pick', 'revert']) this.#shadow.tryGit(verb, '--abort');
    this.#shadow.git('checkout', '-q', '-f', branch);
    this.#shadow.git('reset', '-q', '--hard', head);
    this.#shadow.git('clean', '-q', '-f', '-d');
    return null;
  }

  #octopus(): string | null {
    const branches = this.#otherBranches();
    if (branches.length < 2) return this.#branch();
    return this.#all(['merge', '-q', '--no-ff', '-m', this.#message(), ...branches.slice(0, 3)]);
  }

  #squash(side: string): string | null {
    const branches = this.#otherBranches();
    if (branches.length === 0) return this.#branch();
    const squash = ['merge', '-q', '--squash', side, this.#chance.pick(branches)];
    return this.#all(squash, ['commit', '-q', '--allow-empty', '-m', this.#message()]);
  }

  /** The last commits in another order, one of them left out at times. */
  #reorder(side: string): string | null {
    const commits = this.#shadow
      .git('rev-list', '--no-merges', '--first-parent', '-n', '3', 'HEAD')
      .split('\n');
    if (this.#shadow.tryGit('rev-parse', '-q', '--verify', 'HEAD~3') === null) return null;
    if (this.#shadow.git('rev-list', '-n', '3', '--first-parent', 'HEAD') !== commits.join('\n')) return null;
    const kept = this.#chance.happens(0.4) ? commits.slice(1) : [commits[1]!, commits[0]!, commits[2]!];
    const pick = ['cherry-pick', '--allow-empty', '--keep-redundant-commits', side];
    return this.#all(['reset', '-q', '--hard', 'HEAD~3'], ...kept.map((commit) => [...pick, commit]));
  }

  #fixup(): string | null {
    if (this.#shadow.tryGit('rev-parse', '-q', '--verify', 'HEAD~2') === null) return null;
    return this.#all(
      ['reset', '-q', '--soft', 'HEAD~2'],
      ['commit', '-q', '--allow-empty', '-m', this.#message()],
    );
  }

  #rename(): string | null {
    const files = this.#shadow.files();
    if (files.length === 0) return null;
    this.#branches += 1;
    return this.#all(
      ['mv', this.#chance.pick(files), `moved${this.#branches}.ts`],
      ['commit', '-q', '-m', this.#message()],
    );
  }

  /** A file goes, and comes back as it was. */
  #restore(): string | null {
    const files = this.#shadow.files();
    if (files.length < 2) return null;
    const path = this.#chance.pick(files);
    return this.#all(
      ['rm', '-q', path],
      ['commit', '-q', '-m', this.#message()],
      ['checkout', '-q', 'HEAD~1', '--', path],
      ['commit', '-q', '-m', this.#message()],
    );
  }

  #stashOrPop(): string {
    if (this.#shadow.tryGit('rev-parse', '-q', '--verify', 'refs/stash') === null)
      return `stash: ${this.#shadow.tryGit('stash', '-q', '-u') === null ? 'nothing' : 'done'}`;
    if (this.#shadow.git('status', '--porcelain') !== '') this.commitAll();
    return `pop: ${this.#all(['stash', 'pop', '-q']) ?? 'nothing'}`;
  }

  /** Some hunks of each file go into a commit, the others stay in the work tree. */
  #partial(): string {
    const wanted = new Map(this.#shadow.files().map((path) => [path, this.#shadow.rows(path)]));
    for (const [path, rows] of wanted) {
      const old = this.#shadow.headRows(path);
      if (old !== null) this.#shadow.write(path, someHunks(old, rows, this.#chance));
    }
    this.commitAll();
    for (const [path, rows] of wanted) this.#shadow.write(path, rows);
    return 'partial commit';
  }
}

/** Of two states of a file one with only some of the changes between them. */
function someHunks(old: readonly Row[], now: readonly Row[], chance: Chance): Row[] {
  const left = new Set(old.map(({ id }) => id));
  const right = new Set(now.map(({ id }) => id));
  const both = old.filter(({ id }) => right.has(id)).map(({ id }) => id);
  if (now.filter(({ id }) => left.has(id)).some(({ id }, at) => id !== both[at])) return [...now];
  const rows: Row[] = [];
  let [from, to] = [0, 0];
  for (const id of [...both, null]) {
    const [oldEnd, nowEnd] = [old, now].map((list) =>
      id === null ? list.length : list.findIndex((row) => row.id === id),
    );
    const taken = chance.happens(0.5) ? now.slice(to, nowEnd) : old.slice(from, oldEnd);
    rows.push(...taken);
    if (id !== null) rows.push(chance.happens(0.5) ? old[oldEnd!]! : now[nowEnd!]!);
    [from, to] = [oldEnd! + 1, nowEnd! + 1];
  }
  return rows;
}
