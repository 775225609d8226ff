// Requests go to this server, with its key.
(async () => {
  const spec = await (await fetch("/docs/openapi.json")).json();
  spec.servers = [{ url: "/", description: "This sandbox" }];
  const page = SwaggerUIBundle({
    spec,
    dom_id: "#page",
    deepLinking: true,
    docExpansion: "list",
    tryItOutEnabled: true,
    displayRequestDuration: true,
    // The default validator is a service on the internet.
    validatorUrl: null,
    onComplete: () => page.preauthorizeApiKey("apiKey", "API_KEY"),
  });
})();
