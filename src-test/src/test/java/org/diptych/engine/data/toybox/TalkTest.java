package org.diptych.engine.data.toybox;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.diptych.engine.api.Scene;
import org.diptych.engine.api.Conversation;
import org.diptych.engine.api.Tokens;
import org.diptych.engine.text.TextTokenizer;
import org.diptych.engine.text.Tokenizers;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/// Questions, statements, expressions and conversations, judged by a reader that sees only the objects and their boxes.
@Tag("unit")
class TalkTest {
    private static final int SCENES = 300;
    private static final String NAME = "the (" + Read.HUES + ") (" + Read.KINDS + ")";

    @TempDir
    private Path folder;

    @ParameterizedTest
    @EnumSource(World.class)
    void answersAreRightAndFromTheClosedList(World world) {
        Set<String> forms = new TreeSet<>();
        for (long seed = 0; seed < SCENES; seed++) {
            Scene scene = Toybox.scene(seed, 64, world);
            for (Question q : Toybox.questions(seed, world, "en")) {
                forms.add(q.form());
                assertThat(Toybox.answers("en")).contains(q.answer());
                assertThat(right(q, scene, world)).as("%d: %s", seed, q).isTrue();
            }
            for (Question q : Toybox.questions(seed, world, "zh")) {
                assertThat(Toybox.answers("zh")).contains(q.answer());
            }
        }
        assertThat(forms).containsExactly("background", "bigger", "colour", "count", "kind", "place", "present",
                "relation", "side", "size", "which");
        assertThat(Toybox.answers("en")).doesNotHaveDuplicates();
        assertThat(Toybox.answers("zh")).doesNotHaveDuplicates();
    }

    private static boolean right(Question q, Scene scene, World world) {
        boolean yes = q.answer().equals("yes");
        return switch (q.form()) {
            case "kind" -> {
                List<Scene.Thing> those = Read.those(scene, word(q.text(), Read.HUES), "");
                yield those.size() == 1 && those.getFirst().kind().equals(q.answer());
            }
            case "colour" -> {
                List<Scene.Thing> those = Read.those(scene, "", word(q.text(), Read.KINDS));
                yield those.size() == 1 && those.getFirst().colour().equals(q.answer());
            }
            case "side" -> {
                List<Scene.Thing> those = beside(scene, word(q.text(), Read.SIDES), named(q.text(), scene).getFirst());
                yield those.size() == 1 && those.getFirst().kind().equals(q.answer());
            }
            case "count" -> {
                List<String> numbers = List.of("none", "one", "two", "three", "four");
                yield Read.those(scene, word(q.text(), Read.HUES), word(q.text(), Read.KINDS)).size() == numbers
                        .indexOf(q.answer());
            }
            case "present" ->
                Read.find(scene, word(q.text(), Read.HUES), word(q.text(), Read.KINDS)).isPresent() == yes;
            case "place" -> lies(named(q.text(), scene).getFirst(), q.answer());
            case "size" -> named(q.text(), scene).getFirst().size().equals(q.answer());
            case "relation" -> {
                List<Scene.Thing> two = named(q.text(), scene);
                yield Read.stands(two.get(0), word(q.text(), Read.SIDES), two.get(1)) == yes;
            }
            case "bigger" -> {
                List<Scene.Thing> two = named(q.text(), scene);
                yield (two.get(0).size().equals("large") && two.get(1).size().equals("small")) == yes;
            }
            case "which" -> named(q.text(), scene).stream().filter(t -> t.size().equals("large")).map(Scene.Thing::kind)
                    .toList().equals(List.of(q.answer()));
            case "background" -> q.answer().equals(Toybox.background(scene.seed(), world, "en"));
            default -> false;
        };
    }

    private static String word(String text, String among) {
        Matcher matcher = Pattern.compile("\\b(" + among + ")s?\\b").matcher(text);
        return matcher.find() ? matcher.group(1) : "";
    }

    private static List<Scene.Thing> named(String text, Scene scene) {
        List<Scene.Thing> out = new ArrayList<>();
        Matcher matcher = Pattern.compile(NAME).matcher(text);
        while (matcher.find()) {
            out.add(Read.find(scene, matcher.group(1), matcher.group(2)).orElseThrow());
        }
        return out;
    }

    private static List<Scene.Thing> beside(Scene scene, String side, Scene.Thing anchor) {
        return scene.objects().stream().filter(t -> t != anchor).filter(t -> switch (side) {
            case "left of" -> t.box().x2() <= anchor.box().x1();
            case "right of" -> t.box().x1() >= anchor.box().x2();
            case "above" -> t.box().y2() <= anchor.box().y1();
            default -> t.box().y1() >= anchor.box().y2();
        }).toList();
    }

    private static boolean lies(Scene.Thing thing, String where) {
        float x = (thing.box().x1() + thing.box().x2()) / 2 - 32;
        float y = (thing.box().y1() + thing.box().y2()) / 2 - 32;
        return switch (where) {
            case "on the left" -> x < -5 && -x > Math.abs(y);
            case "on the right" -> x > 5 && x > Math.abs(y);
            case "at the top" -> y < -5 && -y > Math.abs(x);
            case "at the bottom" -> y > 5 && y > Math.abs(x);
            default -> Math.abs(x) < 8 && Math.abs(y) < 8;
        };
    }

    @Test
    void bothLanguagesAskTheSameAndAnswerAlike() {
        Map<String, String> english = new HashMap<>(Map.of("有", "yes", "在", "yes", "是", "yes", "不在", "no", "不是", "no",
                "大的", "large", "小的", "small", "左边", "on the left", "右边", "on the right"));
        english.putAll(Map.of("上边", "at the top", "下边", "at the bottom", "中间", "in the middle"));
        Kind.ALL.forEach(k -> english.put(k.zh, k.en));
        Hue.ALL.forEach(h -> english.put(h.zh, h.en));
        Ground.ALL.forEach(g -> english.put(g.zh, g.en));
        Map<Character, String> numbers = Map.of('一', "one", '两', "two", '三', "three", '四', "four");
        for (long seed = 0; seed < SCENES; seed++) {
            List<Question> en = Toybox.questions(seed, World.FREE, "en");
            List<Question> zh = Toybox.questions(seed, World.FREE, "zh");
            assertThat(zh).hasSameSizeAs(en);
            for (int i = 0; i < en.size(); i++) {
                String form = en.get(i).form();
                String answer = zh.get(i).answer();
                assertThat(zh.get(i).form()).isEqualTo(form);
                String meant = form.equals("count")
                        ? numbers.getOrDefault(answer.charAt(0), "none")
                        : answer.equals("没有") ? "no" : english.get(answer);
                assertThat(meant).as("%s / %s", en.get(i), zh.get(i)).isEqualTo(en.get(i).answer());
            }
        }
    }

    @ParameterizedTest
    @EnumSource(World.class)
    void anExpressionFitsOneThing(World world) {
        for (long seed = 0; seed < SCENES; seed++) {
            Scene scene = Toybox.scene(seed, 64, world);
            List<Referring> all = Toybox.referring(seed, world, "en");
            assertThat(all).hasSameSizeAs(scene.objects());
            for (Referring expression : all) {
                assertThat(fitting(expression.text(), scene)).as("%d: %s", seed, expression)
                        .containsExactly(scene.objects().get(expression.thing()));
            }
        }
    }

    private static List<Scene.Thing> fitting(String text, Scene scene) {
        Matcher matcher = Pattern.compile("the (?:(large|small) )?(?:(" + Read.HUES + ") )?(thing|" + Read.KINDS
                + ")(?: (" + Read.SIDES + ") (" + NAME + "))?").matcher(text);
        assertThat(matcher.matches()).as(text).isTrue();
        List<Scene.Thing> out = matcher.group(4) == null
                ? scene.objects()
                : beside(scene, matcher.group(4), named(matcher.group(5), scene).getFirst());
        return out.stream().filter(t -> matcher.group(1) == null || t.size().equals(matcher.group(1)))
                .filter(t -> matcher.group(2) == null || t.colour().equals(matcher.group(2)))
                .filter(t -> matcher.group(3).equals("thing") || t.kind().equals(matcher.group(3))).toList();
    }

    @Test
    void statementsAreTrueAsOftenAsTheySay() {
        int holding = 0;
        int n = 600;
        Set<String> openings = new HashSet<>();
        for (long seed = 0; seed < n; seed++) {
            Statement statement = Toybox.statement(seed, seed + 1, World.ALIGNED, "en");
            Scene a = Toybox.scene(seed, 64, World.ALIGNED);
            Scene b = Toybox.scene(seed + 1, 64, World.ALIGNED);
            assertThat(holds(statement.text(), a, b)).as("%d: %s", seed, statement).isEqualTo(statement.holds());
            assertThat(Toybox.statement(seed, seed + 1, World.ALIGNED, "zh").holds()).isEqualTo(statement.holds());
            holding += statement.holds() ? 1 : 0;
            openings.add(statement.text().substring(0, 14));
        }
        assertThat(holding / (double) n).isBetween(0.42, 0.58);
        assertThat(openings).hasSizeGreaterThan(5);
    }

    private static boolean holds(String text, Scene a, Scene b) {
        boolean inA = !Read.those(a, word(text, Read.HUES), word(text, Read.KINDS)).isEmpty();
        boolean inB = !Read.those(b, word(text, Read.HUES), word(text, Read.KINDS)).isEmpty();
        int countA = a.objects().size();
        int countB = b.objects().size();
        if (text.endsWith("in both pictures.")) {
            return inA && inB;
        } else if (text.startsWith("only the first")) {
            return inA && !inB;
        } else if (text.startsWith("only the second")) {
            return inB && !inA;
        } else if (text.endsWith("together.")) {
            return word(text, "two|three|four|five|six|seven|eight")
                    .equals(List.of("two", "three", "four", "five", "six", "seven", "eight").get(countA + countB - 2));
        } else if (text.contains("background")) {
            return Toybox.background(a.seed(), World.ALIGNED, "en")
                    .equals(Toybox.background(b.seed(), World.ALIGNED, "en"));
        }
        return switch (text) {
            case "the first picture has more things than the second." -> countA > countB;
            case "the second picture has more things than the first." -> countB > countA;
            case "both pictures have as many things." -> countA == countB;
            default -> throw new AssertionError(text);
        };
    }

    @Test
    void descriptionsAreTrueAndReasonsFollow() {
        for (long seed = 0; seed < SCENES; seed++) {
            Scene scene = Toybox.scene(seed, 64, World.LOOSE);
            List<Conversation> all = Toybox.conversations(seed, World.LOOSE, "en");
            assertThat(all.stream().map(Conversation::form)).containsExactly("conversation", "description",
                    "reasoning");
            assertThat(all.get(0).turns()).hasSizeBetween(2, 4);
            assertThat(Read.holds(all.get(1).turns().getFirst().answer(), scene)).isTrue();
            Conversation.Turn reason = all.get(2).turns().getFirst();
            if (reason.question().startsWith("a snail")) {
                Scene.Thing last = named(reason.answer(), scene).getFirst();
                assertThat(scene.objects()).as("%d", seed).allMatch(t -> t == last || t.box().x1() < last.box().x1());
            } else {
                List<String> family = switch (word(reason.question(), "animal|vehicle|fruit|plant")) {
                    case "animal" -> List.of("fish", "bird", "cat");
                    case "vehicle" -> List.of("car", "boat");
                    case "fruit" -> List.of("apple", "banana");
                    default -> List.of("tree", "flower");
                };
                assertThat(scene.objects().stream().anyMatch(t -> family.contains(t.kind())))
                        .isEqualTo(reason.answer().startsWith("yes"));
                assertThat(Read.holds(reason.answer(), scene)).as(reason.answer()).isTrue();
            }
        }
    }

    @Test
    void factsHold() {
        for (long seed = 0; seed < SCENES; seed++) {
            Scene scene = Toybox.scene(seed, 64, World.FREE);
            for (Fact fact : Toybox.facts(seed, World.FREE)) {
                Scene.Thing a = scene.objects().get(fact.first());
                Scene.Thing b = scene.objects().get(fact.second());
                assertThat(fact.relation().equals("bigger than")
                        ? a.size().equals("large") && b.size().equals("small")
                        : Read.stands(a, fact.relation(), b)).as("%d: %s", seed, fact).isTrue();
            }
        }
    }

    @Test
    void chineseHasNoLatinLettersOrDigits() {
        for (long seed = 0; seed < SCENES; seed++) {
            for (String text : talk(seed, "zh")) {
                assertThat(text).doesNotContainPattern("[A-Za-z0-9 ]");
            }
            assertThat(Toybox.background(seed, World.ALIGNED, "zh")).doesNotContainPattern("[A-Za-z0-9 ]");
        }
    }

    private static List<String> captions(long seed, String language) {
        List<String> out = new ArrayList<>();
        for (String form : List.of("short", "full")) {
            out.add(Toybox.caption(seed, World.ALIGNED, form, language).text());
            Toybox.negatives(seed, World.ALIGNED, form, language).forEach(n -> out.add(n.text()));
            out.addAll(Toybox.kindSwaps(seed, World.ALIGNED, form, language, 0));
        }
        return out;
    }

    private static List<String> talk(long seed, String language) {
        List<String> out = captions(seed, language);
        for (Question q : Toybox.questions(seed, World.ALIGNED, language)) {
            out.addAll(List.of(q.text(), q.answer(), q.reply()));
        }
        for (Conversation conversation : Toybox.conversations(seed, World.ALIGNED, language)) {
            conversation.turns().forEach(t -> out.addAll(List.of(t.question(), t.answer())));
        }
        Toybox.referring(seed, World.ALIGNED, language).forEach(r -> out.add(r.text()));
        out.add(Toybox.statement(seed, seed + 1, World.ALIGNED, language).text());
        return out;
    }

    @Test
    void theTokenizersKnowEveryWord() throws Exception {
        for (ToyboxTokenizer.Reach reach : ToyboxTokenizer.Reach.values()) {
            List<String> words = ToyboxTokenizer.vocabulary(reach);
            assertThat(words).doesNotHaveDuplicates().hasSizeLessThan(400).startsWith("<pad>", "<unk>")
                    .endsWith("</s>");
            Files.writeString(folder.resolve("tokenizer.json"), ToyboxTokenizer.json(reach));
            try (TextTokenizer tokenizer = Tokenizers.open(folder)) {
                for (long seed = 0; seed < 2000; seed += reach == ToyboxTokenizer.Reach.CAPTIONS ? 2 : 5) {
                    for (String language : List.of("en", "zh")) {
                        List<String> texts = reach == ToyboxTokenizer.Reach.CAPTIONS
                                ? captions(seed, language).subList(0, 3)
                                : talk(seed, language);
                        for (String text : texts) {
                            Tokens tokens = tokenizer.encode(text, 400);
                            long[] ids = tokens.ids();
                            assertThat(ids).as(text).doesNotContain(words.indexOf("<unk>"));
                            assertThat(ids[0]).isEqualTo(words.indexOf("<s>"));
                            assertThat(ids[ids.length - 1]).isEqualTo(words.size() - 1);
                            assertThat(tokenizer.decode(ids)).isEqualToIgnoringCase(text);
                        }
                    }
                }
            }
        }
    }
}
