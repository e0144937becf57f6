// Certificates and keys of DICOM over TLS: chosen in the system's dialog, remembered by a token, and put into the settings
// that are then kept. The page can name no file.
import { randomUUID } from 'node:crypto';
import { UsageError } from '../../core/domain/errors.ts';
import type { ChannelRequest, FileChoice, TlsFileUse } from '../../ipc/contract.ts';
import type { ChosenFile, ChosenTlsFiles } from '../hostMessages.ts';
import type { Handlers } from '../registrar.ts';
import { allFiles, chooseFiles } from './dialogs.ts';
import type { MainContext } from './mainContext.ts';

/** Choices that a form can still refer to. */
const MAX_REMEMBERED = 64;

export function dicomDialogHandlers({
  host,
  window,
  texts,
}: MainContext): Pick<Handlers, 'dicom:choose-file' | 'dicom:configure' | 'dicom:save-node'> {
  const paths = new Map<string, string>();

  const remember = (path: string): string => {
    const token = randomUUID();
    paths.set(token, path);
    const [oldest] = paths.keys();
    if (paths.size > MAX_REMEMBERED && oldest !== undefined) paths.delete(oldest);
    return token;
  };
  /** @throws UsageError where the choice was too long ago */
  const fileOf = (choice: FileChoice): ChosenFile => {
    if (choice.kind !== 'chosen') return choice;
    const path = paths.get(choice.token);
    if (path === undefined) throw new UsageError('Choose the certificate’s file again; nothing was changed.');
    return { kind: 'file', path };
  };
  const filesOf = (choices: Readonly<Record<TlsFileUse, FileChoice>>): ChosenTlsFiles => ({
    certificate: fileOf(choices.certificate),
    key: fileOf(choices.key),
    authorities: fileOf(choices.authorities),
  });
  const nodeOf = ({ dimse, web, ...node }: ChannelRequest<'dicom:save-node'>) => ({
    ...node,
    dimse: dimse === null ? null : { ...dimse, tls: dimse.tls === null ? null : filesOf(dimse.tls) },
    web: web === null ? null : { ...web, authorities: fileOf(web.authorities) },
  });

  return {
    'dicom:choose-file': async ({ use }) => {
      const kinds = [{ name: texts().kinds.pem, extensions: ['pem', 'crt', 'cer', 'key'] }, allFiles(texts())];
      const [path] = await chooseFiles(window(), texts().tlsFiles[use], kinds, 'one');
      return path === undefined ? null : { token: remember(path), path };
    },
    'dicom:configure': ({ tls, ...settings }) => {
      const chosen =
        tls === null ? null : { ...filesOf(tls), requiresClientCertificate: tls.requiresClientCertificate };
      return host.ask('host:dicom-configure', { ...settings, tls: chosen });
    },
    'dicom:save-node': (change) => host.ask('host:dicom-save-node', nodeOf(change)),
  };
}
