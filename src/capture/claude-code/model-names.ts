/** Model name of messages the agent program wrote itself. */
export const SYNTHETIC_MODEL = '<synthetic>';
