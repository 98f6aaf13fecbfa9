// Every row, in the order of the table.
import { capture, importAgents, recapture } from './capture.mjs';
import { contextCapture, contextDiff, contextStep } from './ctx.mjs';
import { memory } from './memory.mjs';
import { bucketStatus, get, getLargest, getLast, traceList, version } from './start-up.mjs';
import { pull, push } from './sync.mjs';
import { anchor, backfill, backfillMemory, blameFile, syncAgain, track } from './trail.mjs';
import { verify } from './verify.mjs';

/** @type {readonly import('../runner.mjs').Row[]} */
export const ROWS = [
  capture,
  importAgents,
  recapture,
  version,
  get,
  getLargest,
  getLast,
  traceList,
  bucketStatus,
  verify,
  memory,
  push,
  pull,
  contextCapture,
  contextStep,
  contextDiff,
  anchor,
  syncAgain,
  blameFile,
  backfill,
  backfillMemory,
  track,
];
