export const MOST_BYTES: number;
export function packageSize(resources: string): Promise<{ total: number; parts: Record<string, number> }>;
