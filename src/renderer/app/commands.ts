// Every command of the window: what it is called, its key, whether it can be done now. The one list for palette,
// shortcuts, native menus and help.
import { useDicomNodes, useFetching, useTransfers } from '../features/dicom/index.ts';
import { imageCommands } from '../features/images/index.ts';
import { useImporting } from '../features/importing/index.ts';
import { mrsiCommands } from '../features/mrsi/index.ts';
import { useSession } from '../features/session/index.ts';
import { useRecentStudies, useWorklist } from '../features/worklist/index.ts';
import { accessCommands } from './accessCommands.ts';
import { editCommands, helpCommands, settingCommands, viewCommands } from './frameCommands.ts';
import { t } from './i18n/index.ts';
import { PAGES, pageTitle } from './pages.ts';
import type { Command } from './shortcuts.ts';
import { openStudyCommand, reportCommands, spectrumCommands, studyCommands } from './studyCommands.ts';

/** What only the frame can show. */
export interface FrameActions {
  readonly showPalette: () => void;
  readonly showShortcuts: () => void;
  readonly startTour: () => void;
}

const always = (): boolean => true;

function pageCommands(): Command[] {
  const session = useSession();
  return PAGES.map(({ page, keys }) => ({
    id: `page-${page}`,
    title: pageTitle(page),
    group: page === 'help' ? 'help' : 'go',
    keys,
    isAvailable: always,
    run: () => void (session.page = page),
  }));
}

function fileCommands(): Command[] {
  const worklist = useWorklist();
  const importing = useImporting();
  return [
    {
      id: 'open-files',
      title: t('app.commands.openScans'),
      group: 'file',
      keys: 'Ctrl+O',
      isAvailable: () => !importing.busy,
      whyNot: () => t('app.commands.whyNot.importing'),
      run: () => void importing.openFiles(),
    },
    {
      id: 'open-folder',
      title: t('app.commands.openFolder'),
      group: 'file',
      keys: 'Ctrl+Shift+O',
      isAvailable: () => !importing.busy,
      whyNot: () => t('app.commands.whyNot.importing'),
      run: () => void importing.openFolder(),
    },
    {
      id: 'open-demo',
      title: t('app.commands.openDemo'),
      group: 'file',
      keys: 'Ctrl+D',
      isAvailable: always,
      run: () => void worklist.openDemo(),
    },
  ];
}

/** About other DICOM nodes. */
function dicomCommands(): Command[] {
  const nodes = useDicomNodes();
  const fetching = useFetching();
  const transfers = useTransfers();
  const session = useSession();
  return [
    {
      id: 'fetch-studies',
      title: t('dicom.fetch.title'),
      group: 'file',
      keys: 'Ctrl+Shift+F',
      isAvailable: () => nodes.archives.length > 0,
      whyNot: () => t('dicom.fetch.noArchive'),
      run: () => fetching.ask(nodes.archives),
    },
    {
      id: 'transfers',
      title: t('dicom.transfers.open'),
      group: 'file',
      keys: '',
      isAvailable: always,
      run: () => void transfers.show(),
    },
    {
      id: 'set-dicom',
      title: t('dicom.title'),
      group: 'settings',
      keys: '',
      isAvailable: always,
      run: () => void (session.page = 'settings'),
    },
  ];
}

/** All commands, named in the language of the window; call inside a computed of the app, so that they follow it. */
export function allCommands(actions: FrameActions): Command[] {
  return [
    {
      id: 'palette',
      title: t('app.palette.title'),
      group: 'go',
      keys: 'Ctrl+K',
      isAvailable: always,
      run: actions.showPalette,
    },
    ...fileCommands(),
    ...dicomCommands(),
    ...reportCommands(),
    ...accessCommands(),
    ...editCommands(),
    ...pageCommands(),
    ...viewCommands(),
    ...studyCommands(),
    ...spectrumCommands(),
    ...imageCommands(),
    ...mrsiCommands(),
    ...settingCommands(),
    ...useRecentStudies().rows.map((study) => openStudyCommand('recent', study)),
    ...helpCommands(actions),
  ];
}
