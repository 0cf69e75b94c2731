// Starts the renderer with this server's own document. It asks nobody else, and takes nothing from the address.

/** Requests that are tried out go to this server, whatever the document says. */
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
