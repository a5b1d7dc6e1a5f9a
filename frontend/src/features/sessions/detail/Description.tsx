import { Fragment } from "react";
import { toParagraphs } from "./description";

/** A creator's plain text with paragraphs, line breaks, and links marked as external. */
export function Description({ text }: { text: string }) {
  return (
    <div className="flex max-w-prose flex-col gap-4 leading-relaxed">
      {toParagraphs(text).map((lines, index) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: a changed text is rendered again as a whole
        <p key={index} dir="auto">
          {lines.map((pieces, line) => (
            // biome-ignore lint/suspicious/noArrayIndexKey: as above
            <Fragment key={line}>
              {line > 0 && <br />}
              {pieces.map(({ text: label, href }, piece) =>
                href ? (
                  <a
                    // biome-ignore lint/suspicious/noArrayIndexKey: as above
                    key={piece}
                    href={href}
                    target="_blank"
                    rel="noopener noreferrer nofollow ugc"
                    className="text-accent underline underline-offset-4 hover:text-accent-strong"
                  >
                    {label}
                  </a>
                ) : (
                  // biome-ignore lint/suspicious/noArrayIndexKey: as above
                  <span key={piece}>{label}</span>
                ),
              )}
            </Fragment>
          ))}
        </p>
      ))}
    </div>
  );
}
