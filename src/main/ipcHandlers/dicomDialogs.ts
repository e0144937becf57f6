// Certificates and keys of DICOM over TLS are chosen in the system's dialog and put into the settings that are then kept.
import type { ChannelRequest } from '../../ipc/contract.ts';
import { createChosenFiles } from '../chosenFiles.ts';
import type { Handlers } from '../registrar.ts';
import { allFiles, chooseFiles } from './dialogs.ts';
import type { MainContext } from './mainContext.ts';

export function dicomDialogHandlers({
  host,
  window,
  texts,
}: MainContext): Pick<Handlers, 'dicom:choose-file' | 'dicom:configure' | 'dicom:save-node'> {
  const { remember, fileOf, filesOf } = createChosenFiles();
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
