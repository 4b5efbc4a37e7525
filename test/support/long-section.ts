/** A section of several chunks of which the question finds one: those beside it are read as well. */
export const LONG_SECTION = {
  collection: "guides",
  id: "field-notes",
  text: `# Field notes\n\n${Array.from({ length: 300 }, (_, n) =>
    n === 150
      ? "Otters push zinc through a zorbel."
      : `Bed ${n}: gravel, felt, coal, moss, peat, clay, chalk, loam, flint, slate, marl, silt, gneiss, tuff, schist.`,
  ).join(" ")}`,
  question: "What do otters push zinc through?",
};
