// Commands of the frame: undo, theme and scale, every setting by name, help.
import { useNotices } from '../features/notices/index.ts';
import { useSession } from '../features/session/index.ts';
import { SCALES, useSettings } from '../features/settings/index.ts';
import { LANGUAGES, t, type LanguageChoice } from './i18n/index.ts';
import type { Command } from './shortcuts.ts';
import { editsText, useTyping } from './typing.ts';
import { useUndo } from './undo.ts';

const always = (): boolean => true;

export function editCommands(): Command[] {
  const undo = useUndo();
  const typing = useTyping();
  // From the menu, too, a text field that has the focus undoes its own typing.
  const orInField = (what: 'undo' | 'redo', ofView: () => void) => (): void => {
    if (editsText(document.activeElement)) document.execCommand(what);
    else ofView();
  };
  return [
    {
      id: 'undo',
      title: t('app.commands.undo'),
      group: 'edit',
      keys: 'Ctrl+Z',
      yieldsToFields: true,
      isAvailable: () => undo.canUndo || typing.value,
      whyNot: () => t('app.commands.whyNot.nothingToUndo'),
      run: orInField('undo', undo.undo),
    },
    {
      id: 'redo',
      title: t('app.commands.redo'),
      group: 'edit',
      keys: 'Ctrl+Shift+Z',
      yieldsToFields: true,
      isAvailable: () => undo.canRedo || typing.value,
      whyNot: () => t('app.commands.whyNot.nothingToRedo'),
      run: orInField('redo', undo.redo),
    },
  ];
}

export function viewCommands(): Command[] {
  const settings = useSettings();
  const notices = useNotices();
  const scaled = (
    part: Pick<Command, 'id' | 'title' | 'keys' | 'isAvailable' | 'whyNot'>,
    set: () => Promise<void>,
  ): Command => ({
    ...part,
    group: 'view',
    run: () => void notices.attempt(set),
  });
  return [
    {
      id: 'toggle-theme',
      title: t('app.commands.toggleTheme'),
      group: 'view',
      keys: 'Ctrl+Shift+L',
      isAvailable: always,
      run: () => void notices.attempt(() => settings.toggleTheme()),
    },
    scaled(
      {
        id: 'larger',
        title: t('app.commands.larger'),
        keys: 'Ctrl++',
        isAvailable: () => settings.scale < 200,
        whyNot: () => t('app.commands.whyNot.largest'),
      },
      () => settings.stepScale(1),
    ),
    scaled(
      {
        id: 'smaller',
        title: t('app.commands.smaller'),
        keys: 'Ctrl+-',
        isAvailable: () => settings.scale > 100,
        whyNot: () => t('app.commands.whyNot.smallest'),
      },
      () => settings.stepScale(-1),
    ),
    scaled(
      {
        id: 'usual-size',
        title: t('app.commands.usualSize'),
        keys: 'Ctrl+0',
        isAvailable: () => settings.scale !== 100,
        whyNot: () => t('app.commands.whyNot.usualSize'),
      },
      () => settings.setScale(100),
    ),
  ];
}

/** Every setting by name; they are many, so that the palette alone lists them. */
export function settingCommands(): Command[] {
  const settings = useSettings();
  const notices = useNotices();
  const session = useSession();
  const setting = (id: string, name: string, value: string, set: () => Promise<void>): Command => ({
    id: `set-${id}`,
    title: `${name}: ${value}`,
    group: 'settings',
    keys: '',
    isAvailable: always,
    run: () => void notices.attempt(set),
  });
  const languages: readonly (readonly [LanguageChoice, string])[] = [
    ['system', t('settings.asSystem')],
    ...LANGUAGES.map(({ code, name }) => [code, name] as const),
  ];
  const themes = [
    ['dark', t('settings.theme.dark')],
    ['light', t('settings.theme.light')],
    ['system', t('settings.asSystem')],
  ] as const;
  const conventions = [
    ['radiological', t('settings.convention.radiological')],
    ['neurological', t('settings.convention.neurological')],
  ] as const;
  return [
    ...languages.map(([code, name]) =>
      setting(`language-${code}`, t('settings.language.title'), name, () => settings.chooseLanguage(code)),
    ),
    ...themes.map(([theme, name]) =>
      setting(`theme-${theme}`, t('settings.theme.title'), name, () => settings.setTheme(theme)),
    ),
    ...SCALES.map((percent) =>
      setting(`scale-${percent}`, t('settings.scale.title'), `${percent} %`, () => settings.setScale(percent)),
    ),
    ...conventions.map(([convention, name]) =>
      setting(`convention-${convention}`, t('settings.convention.title'), name, () =>
        settings.setConvention(convention),
      ),
    ),
    {
      id: 'set-lcmodel',
      title: t('app.commands.setLcmodel'),
      group: 'settings',
      keys: '',
      isAvailable: always,
      run: () => void (session.page = 'settings'),
    },
  ];
}

export function helpCommands(actions: { showShortcuts: () => void; startTour: () => void }): Command[] {
  return [
    {
      id: 'show-shortcuts',
      title: t('app.commands.showShortcuts'),
      group: 'help',
      keys: '?',
      isAvailable: always,
      run: actions.showShortcuts,
    },
    {
      id: 'tour',
      title: t('app.commands.tour'),
      group: 'help',
      keys: '',
      isAvailable: always,
      run: actions.startTour,
    },
  ];
}
