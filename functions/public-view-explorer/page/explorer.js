// The explorer: Swagger UI over the description that this service answers.

const here = new URL(".", location.href);

// Calls go to where this page came from, whatever address the description names: the page may call no other. And it asks for access tokens
// only: cookies are the browser's to send.
const asCalledHere = (description) => {
  const { components = {} } = description;
  const schemes = Object.entries(components.securitySchemes ?? {}).filter(([, scheme]) => scheme.type === "http");
  return {
    ...description,
    servers: [{ url: here.href.replace(/\/$/, "") }],
    components: { ...components, securitySchemes: Object.fromEntries(schemes) },
  };
};
const calledHere = () => ({
  statePlugins: { spec: { wrapActions: { updateJsonSpec: (update) => (description) => update(asCalledHere(description)) } } },
});

// Swagger UI has its dark colours under a class.
const dark = matchMedia("(prefers-color-scheme: dark)");
const colour = () => document.documentElement.classList.toggle("dark-mode", dark.matches);
dark.addEventListener("change", colour);
colour();

SwaggerUIBundle({
  url: new URL("openapi.json", here).href,
  domNode: document.getElementById("explorer"),
  plugins: [calledHere],
  layout: "BaseLayout",
  // No badge of a validator elsewhere.
  validatorUrl: null,
  deepLinking: true,
  // So that x-permission is told.
  showExtensions: true,
  docExpansion: "list",
  defaultModelsExpandDepth: 0,
  displayRequestDuration: true,
});
