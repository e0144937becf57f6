// What the app remembers for the user: settings, and each study's view.
import type { HostHandlers } from '../hostMessages.ts';
import { actingUser } from '../acting.ts';
import type { HandlerContext } from './context.ts';

export const sharedName = (key: string): string => `app/${key}`;

/** Where login is required, each user has settings of their own. */
function settingName(key: string): string {
  const user = actingUser();
  return user === null ? sharedName(key) : `user/${user.id}/${key}`;
}

/** What someone finds as it was set before they set it themselves: how things look, not what was open. */
const INHERITED: readonly string[] = ['theme', 'language', 'scale', 'imageConvention', 'reportPaper'];

const viewName = (studyId: string): string => `view/${studyId}`;

export function settingsHandlers({
  services: { store },
}: HandlerContext): Pick<HostHandlers, 'settings:get' | 'settings:set' | 'view:get' | 'view:set'> {
  const write = (name: string, value: string): Record<string, never> => {
    store.setSetting(name, value);
    return {};
  };
  return {
    'settings:get': ({ key }) => {
      const own = store.getSetting(settingName(key));
      return { value: own ?? (INHERITED.includes(key) ? store.getSetting(sharedName(key)) : null) };
    },
    'settings:set': ({ key, value }) => write(settingName(key), value),
    'view:get': ({ studyId }) => ({ value: store.getSetting(viewName(studyId)) }),
    'view:set': ({ studyId, value }) => write(viewName(studyId), value),
  };
}
