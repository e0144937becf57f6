// What the app remembers for the user: settings, and each study's view.
import type { HostHandlers } from '../hostMessages.ts';
import type { HandlerContext } from './context.ts';

const settingName = (key: string): string => `app/${key}`;
const viewName = (studyId: string): string => `view/${studyId}`;

export function settingsHandlers({
  services: { store },
}: HandlerContext): Pick<HostHandlers, 'settings:get' | 'settings:set' | 'view:get' | 'view:set'> {
  const write = (name: string, value: string): Record<string, never> => {
    store.setSetting(name, value);
    return {};
  };
  return {
    'settings:get': ({ key }) => ({ value: store.getSetting(settingName(key)) }),
    'settings:set': ({ key, value }) => write(settingName(key), value),
    'view:get': ({ studyId }) => ({ value: store.getSetting(viewName(studyId)) }),
    'view:set': ({ studyId, value }) => write(viewName(studyId), value),
  };
}
