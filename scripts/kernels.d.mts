/** The text of kernels.generated.ts, from the kernels' source. @throws SetUpError where they don't compile */
export function compileKernels(): Promise<string>;
