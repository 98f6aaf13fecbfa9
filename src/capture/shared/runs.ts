/** Ascending step numbers as first and last of each run without a gap. */
export function runsOf(numbers: Iterable<number>): Array<[number, number]> {
  const runs: Array<[number, number]> = [];
  for (const number of numbers) {
    const last = runs.at(-1);
    if (last && last[1] + 1 === number) last[1] = number;
    else runs.push([number, number]);
  }
  return runs;
}
