// Starts Swagger UI with this server's own document. It contacts no other server and ignores query parameters.

import { fetchIds, readSession, withRealIds } from './real_ids.js';

const session = readSession();
const ids = await fetchIds(session);

/** Sends "Try it out" requests to this server instead of the servers that the document lists, with ids of this server. */
const thisServer = () => ({
  statePlugins: {
    spec: {
      wrapActions: {
        updateJsonSpec: (update) => (document) =>
          update({ ...withRealIds(document, ids), servers: [{ url: window.location.origin, description: 'This server.' }] }),
      },
    },
  },
});

const darkScheme = window.matchMedia('(prefers-color-scheme: dark)');
const applyColorScheme = () => document.documentElement.classList.toggle('dark-mode', darkScheme.matches);
applyColorScheme();
darkScheme.addEventListener('change', applyColorScheme);

const reference = SwaggerUIBundle({
  url: '/docs/openapi.yaml',
  dom_id: '#reference',
  plugins: [thisServer],
  deepLinking: true,
  displayOperationId: true,
  displayRequestDuration: true,
  defaultModelsExpandDepth: 0,
  docExpansion: 'list',
  filter: true,
  queryConfigEnabled: false,
  validatorUrl: null,
  onComplete() {
    // Users who are signed in to the dashboard in this tab needn't sign in again.
    if (session) {
      reference.preauthorizeApiKey('bearerToken', session.token);
    }
  },
});
