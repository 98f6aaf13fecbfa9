import { codexRollout } from '../../../src/capture/codex-cli/index.ts';
import { tallyText } from '../../tally/codex_tally.mjs';
import { describeDamage, describeFixtures } from '../shared/agent-suite.ts';

describeFixtures('codex-cli', tallyText);
describeDamage('codex-cli', [codexRollout]);
