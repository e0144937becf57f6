/** @returns what is wrong with a document, null where nothing is */
export function billProblems(text: string): Promise<unknown>;
