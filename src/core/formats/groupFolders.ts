// Scans that are folders: Bruker (data of fixed names beside acqp, method, visu_pars) and Varian (fid beside procpar).
import { headOf } from '../domain/fileContent.ts';
import { isBrukerData } from './bruker/index.ts';
import type { FileGroup } from './fileGroup.ts';
import { fileGroup } from './fileGroup.ts';
import type { FormatId } from './formatTable.ts';
import type { FileName, GivenFile } from './inputFile.ts';
import { folderOf, inMemory } from './inputFile.ts';
import { isVarianFid } from './varian/index.ts';

export type SniffedFile = GivenFile & { readonly format: FormatId };

type FileList = readonly [GivenFile, ...GivenFile[]];

/** What a Varian fid is told by. [bytes] */
const FID_HEADER_BYTES = 64;

const parentOf = (folder: string): string => folder.split('/').slice(0, -1).join('/');
const lastPart = (folder: string): string => folder.replace(/^.*\//, '');
const isWithin = (folder: string, root: string): boolean =>
  root === '' || folder === root || folder.startsWith(`${root}/`);

/** Reconstructed data lie two folders below the scan's: 5/pdata/1/2dseq. */
const BRUKER_DEPTH = 2;
/**
 * Data of one scan from the most to the least finished that is still a FID; only the first that is there is taken. The
 * reference scan stands beside them on its own.
 */
const BRUKER_PREFERENCE = ['fid', 'fid_proc.64', 'rawdata.job0', '2dseq'];

const byFolder = (files: readonly SniffedFile[]): ReadonlyMap<string, readonly SniffedFile[]> => {
  const folders = new Map<string, SniffedFile[]>();
  for (const file of files) {
    const folder = folderOf(file);
    const list = folders.get(folder);
    if (list === undefined) folders.set(folder, [file]);
    else list.push(file);
  }
  return folders;
};

/** Parameter files of a data file's folder and those above it, the nearest first. */
function brukerParameters(file: FileName, folders: ReadonlyMap<string, readonly SniffedFile[]>): SniffedFile[] {
  const found: SniffedFile[] = [];
  let folder = folderOf(file);
  for (let depth = 0; depth <= BRUKER_DEPTH; depth++) {
    found.push(...(folders.get(folder) ?? []).filter((f) => f.format === 'bruker-parameters'));
    if (folder === '') break;
    folder = parentOf(folder);
  }
  return found;
}

/** The scan's own folder: where its acqp or method stands, else where the data do. */
function brukerRoot(file: FileName, parameters: readonly SniffedFile[]): string {
  return folderOf(parameters.find((p) => /^(acqp|method)$/i.test(p.name)) ?? file);
}

interface Candidate {
  readonly file: GivenFile;
  readonly parameters: readonly SniffedFile[];
}

function brukerScans(files: readonly SniffedFile[], folders: ReadonlyMap<string, readonly SniffedFile[]>): FileGroup[] {
  const scans = new Map<string, Candidate[]>();
  for (const file of files) {
    const parameters = brukerParameters(file, folders);
    if (!isBrukerData(file.name, parameters.map(inMemory))) continue;
    const isReference = /refscan/i.test(file.name);
    const key = `${brukerRoot(file, parameters)}\n${isReference ? 'reference' : ''}`;
    scans.set(key, [...(scans.get(key) ?? []), { file, parameters }]);
  }
  return [...scans].map(([key, candidates]) => {
    const rank = ({ file }: Candidate): number => BRUKER_PREFERENCE.indexOf(file.name.toLowerCase());
    const [chosen, ...others] = [...candidates].sort((a, b) => rank(a) - rank(b)) as [Candidate, ...Candidate[]];
    const name = `${lastPart(key.split('\n')[0] as string)} ${chosen.file.name}`.trim();
    const left = others.map((o) => o.file.name).join(', ');
    const message = `The folder also holds ${left} of the same scan, which is left out.`;
    const warnings = others.length === 0 ? [] : [{ code: 'other-data-left-out', message }];
    return fileGroup('scan', 'bruker', [chosen.file, ...chosen.parameters] as FileList, { name, warnings });
  });
}

function varianScans(folders: ReadonlyMap<string, readonly SniffedFile[]>): FileGroup[] {
  return [...folders].flatMap(([folder, files]) => {
    const procpar = files.find((f) => f.format === 'varian-procpar');
    const fid = procpar && files.find((f) => f !== procpar && isVarianFid(headOf(f, FID_HEADER_BYTES)));
    if (procpar === undefined || fid === undefined) return [];
    return [fileGroup('scan', 'varian', [fid, procpar], { name: lastPart(folder) || fid.name })];
  });
}

/**
 * Finds scans that are folders. Other files of such a folder (pulse programs, logs) are theirs and say nothing more.
 * @returns the scans, an ignored group for each file that only accompanies one, and the files that are left
 */
export function groupFolders(files: readonly SniffedFile[]): {
  readonly groups: readonly FileGroup[];
  readonly others: readonly SniffedFile[];
} {
  const folders = byFolder(files);
  const groups = [...brukerScans(files, folders), ...varianScans(folders)];
  const used = new Set(groups.flatMap((g) => g.files));
  const roots = groups.map((g) =>
    folderOf(g.files.find((f) => /^(acqp|method|procpar)$/i.test(f.name)) ?? (g.files[0] as GivenFile)),
  );
  const isTheirs = (file: SniffedFile): boolean =>
    ['unknown', 'text', 'bruker-parameters', 'varian-procpar'].includes(file.format) &&
    roots.some((root) => root !== '' && isWithin(folderOf(file), root));
  const ignored = files.filter((f) => !used.has(f) && isTheirs(f)).map((f) => fileGroup('ignored', f.format, [f]));
  return { groups: [...groups, ...ignored], others: files.filter((f) => !used.has(f) && !isTheirs(f)) };
}
