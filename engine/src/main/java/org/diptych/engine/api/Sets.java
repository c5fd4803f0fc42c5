package org.diptych.engine.api;

import java.nio.file.Path;
import java.util.List;

/// Sets of pictures and texts: read, drawn, written, and made into instructions.
public interface Sets {
    /// Counts what a file or folder holds to learn from, and lists the rows that cannot be used.
    ///
    /// @param source as a plan names it
    JobHandle<SetReport> describe(Path source);

    /// As [#describe], with every usable row, to be looked through.
    JobHandle<DataSet> read(Path source);

    /// Toybox scenes to be looked through as a set of one's own; pictures are drawn when [#picture] asks for them.
    ///
    /// @param scenes   of which `out` means nothing
    /// @param language of the captions, `en` or `zh`
    JobHandle<DataSet> toybox(ToyboxRequest scenes, String language);

    /// @param row of the set
    JobHandle<Picture> picture(DataSet set, DataRow row);

    /// Writes rows as a new set in the form that they are in, a folder in which pictures are named where they lie; those that are in no file are drawn into it.
    ///
    /// @param folder not there yet, or empty
    /// @return the folder
    JobHandle<Path> save(Path folder, DataSet set);

    /// Makes conversations about pictures of their captions and boxes, as LLaVA's instructions were made.
    JobHandle<InstructResult> instruct(InstructRequest request);

    /// @return what such work would send to a language model; nothing is sent
    JobHandle<List<InstructRequest.Prompt>> prompts(InstructRequest request);

    /// As the other, with rows of a set that was read before in the place of the request's data.
    JobHandle<List<InstructRequest.Prompt>> prompts(InstructRequest request, List<DataRow> rows);
}
