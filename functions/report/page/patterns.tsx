/** Patterns that the charts fill with: phases can be told apart without their colours. */
export function Patterns() {
  return (
    <svg width="0" height="0" class="patterns" aria-hidden="true">
      <defs>
        <Hatch id="p-overlap" colour="var(--overlap)" angle={45} />
        <Hatch id="p-unmanaged" colour="var(--current)" angle={-45} />
        <pattern id="p-undelivered" width="4" height="4" patternUnits="userSpaceOnUse">
          <rect width="4" height="4" fill="var(--page)" />
          <circle cx="2" cy="2" r="1.200" fill="var(--undelivered)" />
        </pattern>
      </defs>
    </svg>
  );
}

function Hatch({ id, colour, angle }: { id: string; colour: string; angle: number }) {
  return (
    <pattern id={id} width="5" height="5" patternUnits="userSpaceOnUse" patternTransform={`rotate(${angle})`}>
      <rect width="5" height="5" fill="var(--page)" />
      <rect width="2" height="5" fill={colour} />
    </pattern>
  );
}
