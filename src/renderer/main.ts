// Entry of the window: Vue, Pinia, the frame.
import { createPinia } from 'pinia';
import { createApp } from 'vue';
import 'splitpanes/dist/splitpanes.css';
import './app/theme.css';
import './app/controls.css';
import { i18n } from './app/i18n/index.ts';
import App from './app/App.vue';

createApp(App).use(createPinia()).use(i18n).mount('#app');
