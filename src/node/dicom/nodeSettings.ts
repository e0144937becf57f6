// Which settings a DICOM node can have, said in words.
import { accessSync, constants } from 'node:fs';
import { isIP } from 'node:net';
import { basename } from 'node:path';
import type { DicomNodeSettings, RemoteNode } from '../../core/domain/dicomNode.ts';
import { UsageError } from '../../core/domain/errors.ts';

/** AE: 1 to 16 characters of the default repertoire, no backslash, not blank alone. PS3.5, 6.2. */
const AE_TITLE = /^(?! *$)[\x20-\x5b\x5d-\x7e]{1,16}$/;
const MOST_QUIET_S = 3600;

function checkAeTitle(aeTitle: string, whose: string): void {
  if (AE_TITLE.test(aeTitle)) return;
  throw new UsageError(`${whose} must have 1 to 16 plain characters without a backslash.`);
}

function checkPort(port: number, lowest: number): void {
  if (Number.isInteger(port) && port >= lowest && port <= 65_535) return;
  throw new UsageError(`A port is a whole number from ${lowest} to 65535, not ${port}.`);
}

function checkReadable(file: string | null, what: string): void {
  if (file === null) return;
  try {
    accessSync(file, constants.R_OK);
  } catch {
    throw new UsageError(`${what} ${basename(file)} can't be read.`);
  }
}

/** Port 0 lets the system choose. @throws UsageError */
export function checkNodeSettings({ aeTitle, address, port, callers, tls, quietForS }: DicomNodeSettings): void {
  checkAeTitle(aeTitle, 'The AE title of this node');
  checkPort(port, 0);
  if (isIP(address) === 0) throw new UsageError(`The interface to listen at is an IP address, not "${address}".`);
  for (const caller of callers) {
    checkAeTitle(caller.aeTitle, 'The AE title of an allowed caller');
    if (caller.address !== null && isIP(caller.address) === 0) {
      throw new UsageError(`An allowed caller's address is an IP address, not "${caller.address}".`);
    }
  }
  if (!(quietForS > 0 && quietForS <= MOST_QUIET_S)) {
    throw new UsageError(`The time without new files lies between 0 and ${MOST_QUIET_S} s, not at ${quietForS} s.`);
  }
  if (tls === null) return;
  checkReadable(tls.certificateFile, 'The certificate file');
  checkReadable(tls.keyFile, 'The key file');
  checkReadable(tls.caFile, 'The file of trusted certificates');
}

/** @throws UsageError for a node that can't be reached by what is said of it */
export function checkRemoteNode({ name, dimse, web, fetchBy, sendBy }: RemoteNode): void {
  if (name.trim() === '') throw new UsageError('A DICOM node needs a name.');
  if (dimse === null && web === null) {
    throw new UsageError(`${name} needs an AE title with host and port, or the address of its DICOMweb service.`);
  }
  if (dimse !== null) {
    checkAeTitle(dimse.aeTitle, `The AE title of ${name}`);
    checkPort(dimse.port, 1);
    if (dimse.host.trim() === '') throw new UsageError(`${name} needs the name or address of its computer.`);
  }
  if (web !== null && !(URL.canParse(web.url) && /^https?:$/.test(new URL(web.url).protocol))) {
    throw new UsageError(`The DICOMweb service of ${name} is an http or https address.`);
  }
  if (web === null && (fetchBy === 'wado-rs' || sendBy === 'stow-rs')) {
    throw new UsageError(`${name} has no DICOMweb service to fetch or send by.`);
  }
  if (dimse === null && (fetchBy !== 'wado-rs' || sendBy !== 'stow-rs')) {
    throw new UsageError(`${name} has DICOMweb alone: it is fetched from by WADO-RS and sent to by STOW-RS.`);
  }
}
