// Starts Swagger UI with this server's own document. It contacts no other server and ignores query parameters.

/** Sends "Try it out" requests to this server instead of the servers that the document lists. */
const thisServer = () => ({
  statePlugins: {
    spec: {
      wrapActions: {
        updateJsonSpec: (update) => (document) =>
          update({ ...document, servers: [{ url: window.location.origin, description: 'This server.' }] }),
      },
    },
  },
});

const darkScheme = window.matchMedia('(prefers-color-scheme: dark)');
const applyColorScheme = () => document.documentElement.classList.toggle('dark-mode', darkScheme.matches);
applyColorScheme();
darkScheme.addEventListener('change', applyColorScheme);

SwaggerUIBundle({
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
});
