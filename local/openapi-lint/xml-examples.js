// Examples of XML are texts beside schemas of objects, as OpenAPI has it, and the linter would take them for faults. tests/tests/drift
// compares each of them with what the dialect writes.

export default function examples() {
  return {
    id: "imprint",
    preprocessors: {
      oas3: {
        "without-xml-examples": () => ({
          MediaTypesMap(types) {
            for (const [name, type] of Object.entries(types)) {
              if (name.endsWith("xml")) delete type.example;
            }
          },
        }),
      },
    },
  };
}
