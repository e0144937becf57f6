/** @returns what to say, and how to end: 0 nothing high is known, 1 something is, 2 the registry gave no answer */
export function verdictOf(output: string): { exitCode: number; lines: string[] };
