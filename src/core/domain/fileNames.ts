// Base names of files.

/** @returns the name without its extension; ".nii.gz" is one extension */
export function nameWithoutExtension(name: string): string {
  return name.replace(/\.nii\.gz$/i, '').replace(/\.[^.]+$/, '');
}
