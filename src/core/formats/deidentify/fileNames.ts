// File names without the patient: scanners put names, dates and UIDs into them.
import type { InputFile } from '../inputFile.ts';
import type { Pseudonymisation } from './pseudonymisation.ts';
import type { Secrets } from './secrets.ts';

/** syngo's export: NAME.MR.STUDY.series.instance.date.time.number.number.IMA; name, study and time go. */
const SYNGO_NAME = /^.+?\.(MR|SR|PT|CT)\..*?\.?(\d{4})\.(\d{4})\.\d{4}\.\d{2}\.\d{2}(?:\.\d+)*(\.[A-Za-z]+)$/;
const DATE = /(?<!\d)(?:19|20)\d{2}([-._]?)(?:0[1-9]|1[0-2])\1(?:0[1-9]|[12]\d|3[01])(?!\d)/g;
const UID = /[0-2](?:\.\d+){5,}/g;

function cleanName(name: string, secrets: Secrets, by: Pseudonymisation): string {
  const syngo = SYNGO_NAME.exec(name);
  if (syngo !== null) return `${by.pseudonym}.${syngo[1]}.${syngo[2]}.${syngo[3]}${syngo[4]}`;
  return secrets
    .scrubText(name)
    .replace(UID, (uid) => by.uidFor(uid))
    .replace(DATE, 'date');
}

/**
 * New names, all different; files that belong together by their names still do.
 * @returns base names in the order of `files`
 */
export function cleanNames(files: readonly InputFile[], secrets: Secrets, by: Pseudonymisation): string[] {
  const used = new Map<string, number>();
  return files.map((file) => {
    const name = cleanName(file.name, secrets, by);
    const before = used.get(name.toLowerCase()) ?? 0;
    used.set(name.toLowerCase(), before + 1);
    return before === 0 ? name : name.replace(/(\.[^.]*)?$/, (suffix) => `_${before + 1}${suffix}`);
  });
}
