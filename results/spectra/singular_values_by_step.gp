# Leading singular values in the middle of the model, across stage 1.
# 'gnuplot singular_values_by_step.gp', here, draws singular_values_by_step.svg and singular_values_by_step.pdf from singular_values_by_step.csv; datapackage.json describes its columns.
if (!exists('format')) {
    do for [format in 'svg pdf'] { load 'singular_values_by_step.gp' }
    exit
}
reset
set encoding utf8
if (format eq 'svg') {
    set terminal svg size 321,432 font 'Helvetica,9.3' linewidth 1.33 background rgb 'white'
    small = ',8'
    large = ',10'
} else {
    set terminal pdfcairo size 3.34722in,4.5in font 'Helvetica,7' fontscale 0.75 linewidth 1.5
    small = ',6'
    large = ',7.5'
}
set output 'singular_values_by_step.'.format
set datafile separator comma
set datafile columnheaders
cell(name) = strcol(name) eq '' ? NaN : column(name)
of(line, x) = column('line') == line ? x : NaN
set multiplot

set lmargin at screen 0.125783
set rmargin at screen 0.814985
set tmargin at screen 0.950617
set bmargin at screen 0.580247
set border 3 linewidth 0.5
set tics nomirror out scale 0.5,0.25 offset 0,0
set xtics norotate offset 0,0.3
unset logscale x
set logscale y
set xrange [0:16.6]
set yrange [0.361575:4.06172]
set xtics ('0' 0, '5' 5, '10' 10, '15' 15) noenhanced
set ytics ('0.5' 0.5, '1' 1, '2' 2, '' 0.4 1, '' 0.6 1, '' 0.7 1, '' 0.8 1, '' 0.9 1, '' 3 1, '' 4 1) enhanced
unset label
unset arrow
set label 'index' at graph 0.5, screen 0.518519 center noenhanced
set label 'singular value' at screen 0.0290456, graph 0.5 center rotate by 90 noenhanced
set label 'model.layers.2.mlp.down_proj.weight' at graph 0, graph 1.05 left noenhanced font large
set arrow from graph 0.963855, graph 0.037037 to graph 1.04214, graph 0 nohead linewidth 0.4 dashtype 1 linecolor rgb '#440154' back
set label 'step 0' at graph 1.05419, graph 0 left noenhanced textcolor rgb '#2F003A'
set arrow from graph 0.963855, graph 0.0394406 to graph 1.04214, graph 0.0666667 nohead linewidth 0.4 dashtype 1 linecolor rgb '#472A79' back
set label 'step 25' at graph 1.05419, graph 0.0666667 left noenhanced textcolor rgb '#311D54'
set arrow from graph 0.963855, graph 0.0443799 to graph 1.04214, graph 0.133333 nohead linewidth 0.4 dashtype 1 linecolor rgb '#3D4D8A' back
set label 'step 60' at graph 1.05419, graph 0.133333 left noenhanced textcolor rgb '#2A3560'
set arrow from graph 0.963855, graph 0.13641 to graph 1.04214, graph 0.2 nohead linewidth 0.4 dashtype 1 linecolor rgb '#2F6C8E' back
set label 'step 130' at graph 1.05419, graph 0.2 left noenhanced textcolor rgb '#204B63'
set arrow from graph 0.963855, graph 0.391558 to graph 1.04214, graph 0.391558 nohead linewidth 0.4 dashtype 1 linecolor rgb '#24888D' back
set label 'step 280' at graph 1.05419, graph 0.391558 left noenhanced textcolor rgb '#195F62'
set arrow from graph 0.963855, graph 0.595984 to graph 1.04214, graph 0.594451 nohead linewidth 0.4 dashtype 1 linecolor rgb '#25A585' back
set label 'step 600' at graph 1.05419, graph 0.594451 left noenhanced textcolor rgb '#19735D'
set arrow from graph 0.963855, graph 0.689391 to graph 1.04214, graph 0.661118 nohead linewidth 0.4 dashtype 1 linecolor rgb '#89D447' back
set label 'step 2500' at graph 1.05419, graph 0.661118 left noenhanced textcolor rgb '#5F9431'
set arrow from graph 0.963855, graph 0.697979 to graph 1.04214, graph 0.727785 nohead linewidth 0.4 dashtype 1 linecolor rgb '#48BE6E' back
set label 'step 1250' at graph 1.05419, graph 0.727785 left noenhanced textcolor rgb '#32854D'
plot \
    'singular_values_by_step.csv' using (of(1, cell('index'))):(cell('singular_value')) with linespoints linewidth 1 pointtype 7 pointsize 0.35 linecolor rgb '#440154' dashtype 1 notitle, \
    'singular_values_by_step.csv' using (of(3, cell('index'))):(cell('singular_value')) with linespoints linewidth 1 pointtype 7 pointsize 0.35 linecolor rgb '#472A79' dashtype 1 notitle, \
    'singular_values_by_step.csv' using (of(5, cell('index'))):(cell('singular_value')) with linespoints linewidth 1 pointtype 7 pointsize 0.35 linecolor rgb '#3D4D8A' dashtype 1 notitle, \
    'singular_values_by_step.csv' using (of(7, cell('index'))):(cell('singular_value')) with linespoints linewidth 1 pointtype 7 pointsize 0.35 linecolor rgb '#2F6C8E' dashtype 1 notitle, \
    'singular_values_by_step.csv' using (of(9, cell('index'))):(cell('singular_value')) with linespoints linewidth 1 pointtype 7 pointsize 0.35 linecolor rgb '#24888D' dashtype 1 notitle, \
    'singular_values_by_step.csv' using (of(11, cell('index'))):(cell('singular_value')) with linespoints linewidth 1 pointtype 7 pointsize 0.35 linecolor rgb '#25A585' dashtype 1 notitle, \
    'singular_values_by_step.csv' using (of(13, cell('index'))):(cell('singular_value')) with linespoints linewidth 1 pointtype 7 pointsize 0.35 linecolor rgb '#48BE6E' dashtype 1 notitle, \
    'singular_values_by_step.csv' using (of(15, cell('index'))):(cell('singular_value')) with linespoints linewidth 1 pointtype 7 pointsize 0.35 linecolor rgb '#89D447' dashtype 1 notitle

set lmargin at screen 0.125783
set rmargin at screen 0.814985
set tmargin at screen 0.450617
set bmargin at screen 0.0802469
set border 3 linewidth 0.5
set tics nomirror out scale 0.5,0.25 offset 0,0
set xtics norotate offset 0,0.3
unset logscale x
set logscale y
set xrange [0:16.6]
set yrange [0.222979:2.98842]
set xtics ('0' 0, '5' 5, '10' 10, '15' 15) noenhanced
set ytics ('0.5' 0.5, '1' 1, '2' 2, '' 0.3 1, '' 0.4 1, '' 0.6 1, '' 0.7 1, '' 0.8 1, '' 0.9 1) enhanced
unset label
unset arrow
set label 'index' at graph 0.5, screen 0.0185185 center noenhanced
set label 'singular value' at screen 0.0290456, graph 0.5 center rotate by 90 noenhanced
set label 'model.layers.2.self_attn.q_proj.weight' at graph 0, graph 1.05 left noenhanced font large
set arrow from graph 0.963855, graph 0.037037 to graph 1.04214, graph 0 nohead linewidth 0.4 dashtype 1 linecolor rgb '#440154' back
set label 'step 0' at graph 1.05419, graph 0 left noenhanced textcolor rgb '#2F003A'
set arrow from graph 0.963855, graph 0.0401044 to graph 1.04214, graph 0.0666667 nohead linewidth 0.4 dashtype 1 linecolor rgb '#472A79' back
set label 'step 25' at graph 1.05419, graph 0.0666667 left noenhanced textcolor rgb '#311D54'
set arrow from graph 0.963855, graph 0.0570234 to graph 1.04214, graph 0.133333 nohead linewidth 0.4 dashtype 1 linecolor rgb '#3D4D8A' back
set label 'step 60' at graph 1.05419, graph 0.133333 left noenhanced textcolor rgb '#2A3560'
set arrow from graph 0.963855, graph 0.100709 to graph 1.04214, graph 0.2 nohead linewidth 0.4 dashtype 1 linecolor rgb '#2F6C8E' back
set label 'step 130' at graph 1.05419, graph 0.2 left noenhanced textcolor rgb '#204B63'
set arrow from graph 0.963855, graph 0.256016 to graph 1.04214, graph 0.266667 nohead linewidth 0.4 dashtype 1 linecolor rgb '#24888D' back
set label 'step 280' at graph 1.05419, graph 0.266667 left noenhanced textcolor rgb '#195F62'
set arrow from graph 0.963855, graph 0.400535 to graph 1.04214, graph 0.400535 nohead linewidth 0.4 dashtype 1 linecolor rgb '#25A585' back
set label 'step 600' at graph 1.05419, graph 0.400535 left noenhanced textcolor rgb '#19735D'
set arrow from graph 0.963855, graph 0.516662 to graph 1.04214, graph 0.492462 nohead linewidth 0.4 dashtype 1 linecolor rgb '#48BE6E' back
set label 'step 1250' at graph 1.05419, graph 0.492462 left noenhanced textcolor rgb '#32854D'
set arrow from graph 0.963855, graph 0.534929 to graph 1.04214, graph 0.559129 nohead linewidth 0.4 dashtype 1 linecolor rgb '#89D447' back
set label 'step 2500' at graph 1.05419, graph 0.559129 left noenhanced textcolor rgb '#5F9431'
plot \
    'singular_values_by_step.csv' using (of(2, cell('index'))):(cell('singular_value')) with linespoints linewidth 1 pointtype 7 pointsize 0.35 linecolor rgb '#440154' dashtype 1 notitle, \
    'singular_values_by_step.csv' using (of(4, cell('index'))):(cell('singular_value')) with linespoints linewidth 1 pointtype 7 pointsize 0.35 linecolor rgb '#472A79' dashtype 1 notitle, \
    'singular_values_by_step.csv' using (of(6, cell('index'))):(cell('singular_value')) with linespoints linewidth 1 pointtype 7 pointsize 0.35 linecolor rgb '#3D4D8A' dashtype 1 notitle, \
    'singular_values_by_step.csv' using (of(8, cell('index'))):(cell('singular_value')) with linespoints linewidth 1 pointtype 7 pointsize 0.35 linecolor rgb '#2F6C8E' dashtype 1 notitle, \
    'singular_values_by_step.csv' using (of(10, cell('index'))):(cell('singular_value')) with linespoints linewidth 1 pointtype 7 pointsize 0.35 linecolor rgb '#24888D' dashtype 1 notitle, \
    'singular_values_by_step.csv' using (of(12, cell('index'))):(cell('singular_value')) with linespoints linewidth 1 pointtype 7 pointsize 0.35 linecolor rgb '#25A585' dashtype 1 notitle, \
    'singular_values_by_step.csv' using (of(14, cell('index'))):(cell('singular_value')) with linespoints linewidth 1 pointtype 7 pointsize 0.35 linecolor rgb '#48BE6E' dashtype 1 notitle, \
    'singular_values_by_step.csv' using (of(16, cell('index'))):(cell('singular_value')) with linespoints linewidth 1 pointtype 7 pointsize 0.35 linecolor rgb '#89D447' dashtype 1 notitle
unset multiplot
set output
