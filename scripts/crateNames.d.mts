export function cratesInside(library: Buffer): { readonly name: string; readonly version: string }[];
