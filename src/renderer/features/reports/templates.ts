// Texts that a conclusion can begin with: the program's, in the window's language, and the site's own.
import { defineStore } from 'pinia';
import { computed, shallowRef } from 'vue';
import { request } from '../../app/api/client.ts';
import { t } from '../../app/i18n/index.ts';
import type { ConclusionTemplateView } from '../../../ipc/contract.ts';
import { useNotices } from '../notices/index.ts';
import { SHIPPED_TEXTS } from './model.ts';

export const useTemplates = defineStore('conclusionTemplates', () => {
  const notices = useNotices();
  const own = shallowRef<readonly ConclusionTemplateView[]>([]);

  const shipped = computed(() =>
    SHIPPED_TEXTS.map((name) => ({
      id: name,
      title: t(`reports.shipped.${name}.title`),
      text: t(`reports.shipped.${name}.text`),
    })),
  );

  async function load(): Promise<void> {
    own.value = (await notices.attempt(() => request('report:templates', {}))) ?? own.value;
  }

  async function add(title: string, text: string): Promise<void> {
    const known = own.value.find((template) => template.title === title);
    const saved = await notices.attempt(() => request('report:save-template', { id: known?.id ?? null, title, text }));
    if (saved === null) return;
    notices.say('done', t('reports.textKept', { title }));
    await load();
  }

  async function remove(id: string): Promise<void> {
    await notices.attempt(() => request('report:delete-template', { id }));
    await load();
  }

  return { own, shipped, load, add, remove };
});
