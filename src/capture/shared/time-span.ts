/** First and last of the times a session tells. */
export class TimeSpan {
  start: string | null = null;
  end: string | null = null;

  observe(time: string | null): void {
    if (time === null) return;
    if (this.start === null || time < this.start) this.start = time;
    if (this.end === null || time > this.end) this.end = time;
  }

  /** Seconds between the first and the last timestamp. */
  seconds(): number | null {
    if (this.start === null || this.end === null) return null;
    return (Date.parse(this.end) - Date.parse(this.start)) / 1000;
  }
}
