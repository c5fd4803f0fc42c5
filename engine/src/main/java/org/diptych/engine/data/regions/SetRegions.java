package org.diptych.engine.data.regions;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Collection;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;
import java.util.function.ToIntFunction;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.diptych.engine.api.EngineException;
import org.diptych.engine.api.Message;
import org.diptych.engine.api.Picture;
import org.diptych.engine.api.RegionFacts;
import org.diptych.engine.api.RegionPlace;
import org.diptych.engine.api.Task;
import org.diptych.engine.data.More;

/// The region features of a set's pictures, found by the pictures' names: a file of its own for each (`cat.npz`, `cat.npy` or `cat.tsv` for `cat.jpg`), or a table of many (any `.tsv` of [TsvRegions]), beside the
/// pictures, beside the captions, or in a folder `regions` or `features` there.
///
/// A set is gone through once to see what is there. Where most pictures have features, but not all of them usable and as wide as the others, it is gone through a second time, and those without are left out.
public final class SetRegions {
    private static final List<String> FOLDERS = List.of("", "regions", "features");
    private static final List<String> ENDINGS = List.of(".npz", ".npy");
    private static final int REMEMBERED = 4;
    /// Tables that were gone through before; a changed one is another, and so is one with other lists of names.
    private static final Map<Version, TsvIndex> KNOWN = new LinkedHashMap<>();

    private record Version(Path file, long size, List<Long> written) {
        static Version of(Path file) {
            return new Version(file, file.toFile().length(),
                    Stream.of(file, file.resolveSibling(Vocabulary.OBJECTS),
                            file.resolveSibling(Vocabulary.ATTRIBUTES)).map(f -> f.toFile().lastModified()).toList());
        }
    }

    /// What lies there for one picture: features, or why there are none.
    private record Seen(Optional<RegionPlace> place, Optional<Look> look, Message why) {
        /// @return true when something lies there, be it sound or not
        boolean there() {
            return place.isPresent();
        }
    }

    private final Map<Path, Seen> seen;
    private final Map<Path, List<TsvIndex>> tables;
    private final Runnable between;
    private final boolean looks;
    /// Numbers of a region without which a picture is left out.
    private final OptionalInt wanted;

    /// What was found in all of a set.
    ///
    /// @param places of the pictures' features; empty for a set that is read without
    public record Held(Optional<RegionFacts> facts, Map<Path, RegionPlace> places) {
        public Optional<RegionPlace> place(Path picture) {
            return Optional.ofNullable(places.get(picture));
        }

        /// @return what a set of these pictures is read with
        public Optional<RegionFacts> taken() {
            return facts.filter(RegionFacts::taken);
        }

        /// @return how many classes a task's labels are of, where it asks for those of regions
        public OptionalInt classes(Task task) {
            return task.asksRegionClasses() && taken().isPresent()
                    ? OptionalInt.of(facts.orElseThrow().classes())
                    : OptionalInt.empty();
        }

        /// @param file of the picture
        /// @return its regions with what is known of them, empty for a set that is read without
        /// @throws EngineException when there are none any more, or they cannot be read
        public Optional<More.Labelled> of(Path file, Picture picture) throws EngineException {
            if (places.isEmpty()) {
                return Optional.empty();
            }
            RegionPlace place = place(file)
                    .orElseThrow(() -> new EngineException("data.regions.own", file.getFileName(), missing()));
            try {
                return Optional.of(RegionFile.labelled(place, picture));
            } catch (EngineException e) {
                throw new EngineException(e, "data.regions.own", file.getFileName(),
                        Message.of(e.key() + ".why", e.args()));
            }
        }
    }

    private SetRegions(Map<Path, Seen> seen, Map<Path, List<TsvIndex>> tables, Runnable between, boolean looks,
            OptionalInt wanted) {
        this.seen = seen;
        this.tables = tables;
        this.between = between;
        this.looks = looks;
        this.wanted = wanted;
    }

    /// @param between called now and then while a table is gone through; may throw to stop
    public static SetRegions looking(Runnable between) {
        return new SetRegions(new LinkedHashMap<>(), new HashMap<>(), between, true, OptionalInt.empty());
    }

    /// @return for who wants none
    public static SetRegions none() {
        return new SetRegions(Map.of(), Map.of(), () -> {
        }, false, OptionalInt.empty());
    }

    /// @return the same once more, for a second time through the set, now leaving out pictures without
    public SetRegions strictly() {
        return new SetRegions(seen, tables, between, true, OptionalInt.of(width()));
    }

    /// @return true when the set is one with region features, and some of its pictures are without
    public boolean mixed() {
        int usual = width();
        return facts().filter(RegionFacts::taken).isPresent()
                && seen.values().stream().anyMatch(s -> lacking(s, usual).isPresent());
    }

    /// Looks what lies there for a picture.
    ///
    /// @param named  file that the set itself names, in the place of what is looked for by name
    /// @param beside folder of the captions
    /// @return why the picture is left out, if so
    public Optional<Message> lacks(Path picture, Optional<Path> named, Path beside) {
        if (!looks) {
            return Optional.empty();
        }
        Seen found = seen.computeIfAbsent(picture, p -> look(p, named, beside));
        return wanted.isPresent() ? lacking(found, wanted.getAsInt()) : Optional.empty();
    }

    private static Optional<Message> lacking(Seen found, int usual) {
        return found.look.filter(l -> l.width() == usual).isPresent()
                ? Optional.empty()
                : Optional.of(found.look
                        .map(l -> Message.of("data.regions.other", found.place.orElseThrow().file().getFileName(),
                                l.width(), usual))
                        .orElse(found.why));
    }

    private Seen look(Path picture, Optional<Path> named, Path beside) {
        String name = picture.getFileName().toString();
        Set<Path> folders = new LinkedHashSet<>();
        for (Path root : List.of(picture.getParent(), beside)) {
            FOLDERS.forEach(f -> folders.add(root.resolve(f).normalize()));
        }
        Optional<Path> file = named.filter(f -> !table(f))
                .or(() -> named.isPresent() ? Optional.empty() : own(folders, name));
        if (file.isPresent()) {
            return whole(file.get());
        }
        List<TsvIndex> all = named.isPresent()
                ? index(named.get()).stream().toList()
                : folders.stream().flatMap(f -> tables(f).stream()).toList();
        String stem = TsvRegions.stem(name);
        String number = TsvRegions.number(stem);
        return all.stream().flatMap(t -> t.find(stem, number).stream()).findFirst()
                .map(line -> new Seen(Optional.of(line.place()), line.look(), line.why().map(
                        why -> damaged(line.place().file(), why)).orElse(missing())))
                .orElse(new Seen(Optional.empty(), Optional.empty(), missing()));
    }

    private static Message missing() {
        return Message.of("data.regions.missing");
    }

    private static Message damaged(Path file, Message why) {
        return Message.of("data.regions.bad", file.getFileName(), why);
    }

    private static Optional<Path> own(Collection<Path> folders, String picture) {
        String stem = TsvRegions.stem(picture);
        return folders.stream().flatMap(f -> Stream.of(stem, picture).flatMap(n -> ENDINGS.stream().map(e -> n + e))
                .map(f::resolve)).filter(Files::isRegularFile).findFirst();
    }

    private static Seen whole(Path file) {
        Optional<RegionPlace> place = Optional.of(RegionPlace.whole(file));
        try {
            return new Seen(place, Optional.of(RegionFile.look(file)), missing());
        } catch (EngineException e) {
            return new Seen(place, Optional.empty(), damaged(file, Message.of(e.key() + ".why", e.args())));
        }
    }

    private static boolean table(Path file) {
        return file.toString().toLowerCase(Locale.ROOT).endsWith(".tsv");
    }

    private List<TsvIndex> tables(Path folder) {
        return tables.computeIfAbsent(folder, f -> {
            try (Stream<Path> files = Files.list(f)) {
                return files.filter(SetRegions::table).filter(Files::isRegularFile).filter(TsvIndex::begins).sorted()
                        .flatMap(t -> index(t).stream()).toList();
            } catch (IOException e) {
                return List.of(); // no such folder
            }
        });
    }

    /// @return nothing for a table that cannot be read, which is told of by the pictures that it has no features for
    private Optional<TsvIndex> index(Path file) {
        synchronized (KNOWN) {
            Version version = Version.of(file);
            if (!KNOWN.containsKey(version)) {
                try {
                    KNOWN.put(version, TsvIndex.of(file, between));
                } catch (EngineException e) {
                    return Optional.empty();
                }
                if (KNOWN.size() > REMEMBERED) {
                    KNOWN.remove(KNOWN.keySet().iterator().next());
                }
            }
            return Optional.of(KNOWN.get(version));
        }
    }

    /// The width that most have: a few other ones are those that do not belong.
    private int width() {
        Map<Integer, Integer> times = new LinkedHashMap<>();
        seen.values().forEach(s -> s.look.ifPresent(l -> times.merge(l.width(), 1, Integer::sum)));
        return times.entrySet().stream().reduce((a, b) -> b.getValue() > a.getValue() ? b : a).map(Map.Entry::getKey)
                .orElse(0);
    }

    /// @return what was found, once the whole set was gone through
    public Held held() {
        Map<Path, RegionPlace> places = new HashMap<>();
        Optional<RegionFacts> facts = facts();
        if (facts.filter(RegionFacts::taken).isPresent()) {
            seen.forEach((picture, s) -> s.place.ifPresent(p -> places.put(picture, p)));
        }
        return new Held(facts, places);
    }

    private Optional<RegionFacts> facts() {
        int there = (int) seen.values().stream().filter(Seen::there).count();
        if (there == 0) {
            return Optional.empty();
        }
        int usual = width();
        List<Look> all = seen.values().stream().flatMap(s -> s.look.stream()).filter(l -> l.width() == usual).toList();
        return Optional.of(new RegionFacts(there, seen.size() - there, counts(all).min().orElse(0),
                counts(all).max().orElse(0), usual, agreed(all, Look::classes), agreed(all, Look::attributes)));
    }

    private static IntStream counts(List<Look> all) {
        return all.stream().mapToInt(Look::count);
    }

    /// @return what all say, 0 when they differ
    private static int agreed(List<Look> all, ToIntFunction<Look> of) {
        int[] different = all.stream().mapToInt(of).distinct().limit(2).toArray();
        return different.length == 1 ? different[0] : 0;
    }
}
