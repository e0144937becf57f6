// The method and its options as the reader sets them, for each method its own; part of the fit store.
import { computed, ref, shallowRef, watch, type Ref } from 'vue';
import { request } from '../../app/api/client.ts';
import type { JsonObject, JsonValue } from '../../../core/domain/json.ts';
import type { BasisCardView, ChannelResponse, FitMethodView, ShippedKnowledgeView } from '../../../ipc/contract.ts';
import type { Methods } from './correctionChoices.ts';
import { usableOpinions } from './methodChoices.ts';
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
  let turn = 0;
  /** What was touched, by method: going to another method and back loses nothing. */
  const touched = ref<Readonly<Record<string, Entries>>>({});

  /** Second opinions as wished for; those that a scan can't have are kept for one that can. */
  const wishedOpinions = ref<readonly string[]>([]);

  const info = computed(() => methods.value.find((m) => m.id === method.value) ?? null);
  const opinions = computed(() => usableOpinions(methods.value, wishedOpinions.value, method.value));
  const needsBasis = computed(() => info.value?.needsBasis ?? true);
  const takesBasis = (id: string): boolean => methods.value.find((m) => m.id === id)?.needsBasis ?? true;
  /** Whether a basis set is chosen: for the method or for a second opinion. */
  const choosesBasis = computed(() => [method.value, ...opinions.value].some(takesBasis));
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
  /** Second opinions with the options that were set for each while it was the method. */
  const alsoBy = computed(() =>
    opinions.value.map((id) => {
      const defaults = (methods.value.find((m) => m.id === id)?.defaults ?? {}) as JsonObject;
      return { method: id, options: chosenOptions(id, touched.value[id] ?? {}, defaults) };
    }),
  );

  /** @param datasetId of the open scan, which networks know or don't @throws RequestError */
  async function loadMethods(datasetId: string | null): Promise<void> {
    const mine = ++turn;
    const answer = await request('fit:methods', datasetId === null ? {} : { datasetId });
    if (mine !== turn) return;
    methods.value = answer.methods;
    shippedKnowledge.value = answer.priorKnowledge;
    processingMethods.value = answer;
  }

  function setOpinions(ids: readonly string[]): void {
    wishedOpinions.value = [...new Set(ids)];
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
    choosesBasis,
    opinions,
    alsoBy,
    setOpinions,
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
