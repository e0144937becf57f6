// Dialogs about LCModel: which executable it is, and which results to read.
import type { Handlers } from '../registrar.ts';
import { chooseScans } from './dialogs.ts';
import type { MainContext } from './mainContext.ts';

export function lcmodelDialogHandlers({
  host,
  window,
  texts,
}: MainContext): Pick<Handlers, 'lcmodel:choose' | 'lcmodel:import'> {
  return {
    'lcmodel:choose': async () => {
      const [path] = await chooseScans(window(), texts().dialogs.chooseLcmodel, 'files');
      return path === undefined ? null : host.ask('host:set-lcmodel', { path });
    },
    'lcmodel:import': async ({ datasetId, what }) => {
      const paths = await chooseScans(window(), texts().dialogs.readLcmodel, what);
      return paths.length === 0 ? null : host.ask('host:import-lcmodel', { datasetId, paths });
    },
  };
}
