// Entry of the window: Vue, Pinia, the window.
import { createPinia } from 'pinia';
import { createApp } from 'vue';
import 'splitpanes/dist/splitpanes.css';
import './app/theme.css';
import './app/controls.css';
import { i18n } from './app/i18n/index.ts';
import Root from './app/Root.vue';

createApp(Root).use(createPinia()).use(i18n).mount('#app');
