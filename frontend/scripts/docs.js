window.addEventListener("load", () => {
  window.SwaggerUIBundle({
    url: "/api/schema/openapi.json",
    dom_id: "#api",
    deepLinking: true,
    persistAuthorization: true,
    showExtensions: true,
  });
});
