export function resourceManifest(resources: string): Promise<Record<string, string>>;
