declare const __OT_VERSION__: string;

/** Version in package.json, put in by the bundler and by the test runner. */
export const VERSION: string = __OT_VERSION__;
