// The method and its options as the reader sets them, for each method its own; part of the fit store.
import { computed, ref, shallowRef, watch, type Ref } from 'vue';
import { request } from '../../app/api/client.ts';
import type { JsonObject, JsonValue } from '../../../core/domain/json.ts';
import type { BasisCardView, ChannelResponse, FitMethodView, ShippedKnowledgeView } from '../../../ipc/contract.ts';
import type { Methods } from './correctionChoices.ts';
import { chosenOptions, firstProblem, isChanged, shownFields, type Entries, type FormSetting } from './optionForm.ts';

type RecipeCard = ChannelResponse<'recipe:list'>['recipes'][number];

/** What the settings hang on. */
export interface SettingsSources {
  readonly basis: Readonly<Ref<BasisCardView | null>>;
  readonly recipe: Readonly<Ref<RecipeCard | null>>;
  readonly nucleus: Readonly<Ref<string>>;
}

/** @returns refs and functions, to be part of a store */
export function createFitSettings({ basis, recipe, nucleus }: SettingsSources) {
  const methods = shallowRef<readonly FitMethodView[]>([]);
  const shippedKnowledge = shallowRef<readonly ShippedKnowledgeView[]>([]);
  /** Of correction and denoising. */
  const processingMethods = shallowRef<Methods>({ corrections: [], denoisers: [] });
  const method = ref('');
  /** What was touched, by method: going to another method and back loses nothing. */
  const touched = ref<Readonly<Record<string, Entries>>>({});

  const info = computed(() => methods.value.find((m) => m.id === method.value) ?? null);
  const needsBasis = computed(() => info.value?.needsBasis ?? true);
  const entries = computed<Entries>(() => touched.value[method.value] ?? {});
  const setting = computed<FormSetting>(() => {
    const ofRecipe = recipe.value?.method === method.value ? recipe.value.options : {};
    return {
      defaults: { ...info.value?.defaults, ...ofRecipe } as JsonObject,
      metabolites: needsBasis.value ? (basis.value?.metabolites ?? []) : [],
      nucleus: nucleus.value,
      shipped: shippedKnowledge.value,
    };
  });
  /** Keys of the options that differ from what the method or the recipe has. */
  const changedOptions = computed(() => {
    const { defaults } = setting.value;
    return shownFields(method.value, entries.value, defaults)
      .map((f) => f.key)
      .filter((key) => isChanged(key, entries.value, defaults));
  });
  const options = computed(() => chosenOptions(method.value, entries.value, setting.value.defaults));
  const optionProblem = computed(() => firstProblem(method.value, entries.value, setting.value));

  /** @throws RequestError */
  async function loadMethods(): Promise<void> {
    if (methods.value.length > 0) return;
    const answer = await request('fit:methods', {});
    methods.value = answer.methods;
    shippedKnowledge.value = answer.priorKnowledge;
    processingMethods.value = answer;
  }

  function setOption(key: string, value: JsonValue): void {
    touched.value = { ...touched.value, [method.value]: { ...entries.value, [key]: value } };
  }

  function resetOption(key: string): void {
    const rest = Object.fromEntries(Object.entries(entries.value).filter(([k]) => k !== key));
    touched.value = { ...touched.value, [method.value]: rest };
  }

  function resetOptions(): void {
    touched.value = { ...touched.value, [method.value]: {} };
  }

  /** Asks for a file with prior knowledge for a scan. @throws RequestError in words where it can't be used */
  async function readPriorKnowledge(datasetId: string): Promise<void> {
    const answer = await request('fit:prior-knowledge', { datasetId });
    if (answer !== null) setOption('priorKnowledge', answer.knowledge as JsonObject);
  }

  // A recipe of another method brings that method; one of the same leaves the reader's choice alone.
  watch(
    () => recipe.value?.method,
    (wanted) => {
      if (wanted !== undefined) method.value = wanted;
    },
    { flush: 'sync' },
  );

  return {
    methods,
    shippedKnowledge,
    processingMethods,
    method,
    methodInfo: info,
    needsBasis,
    entries,
    setting,
    changedOptions,
    options,
    optionProblem,
    loadMethods,
    setOption,
    resetOption,
    resetOptions,
    readPriorKnowledge,
  };
}
